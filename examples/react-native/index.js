import './instrument';
import { AppRegistry } from 'react-native';
import { App } from './App.js';

// With Expo: registerRootComponent(App), from 'expo'.
AppRegistry.registerComponent('main', () => App);
