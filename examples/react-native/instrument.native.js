import { instrumentWebSockets } from '@closespan/browser';
import AsyncStorage from '@react-native-async-storage/async-storage';
import NetInfo from '@react-native-community/netinfo';
import { AppState, Platform } from 'react-native';

instrumentWebSockets({
  serviceName: 'chat-app',
  otlp: { url: 'https://otlp.example.com' },
  appState: AppState,
  netInfo: NetInfo,
  platform: Platform,
  store: AsyncStorage,
});
