import { App } from '@capacitor/app';
import { instrumentWebSockets } from '@closespan/browser';

const { forceFlush } = instrumentWebSockets({
  serviceName: 'app',
  otlp: { url: 'https://otlp.example.com' },
});
App.addListener('appStateChange', ({ isActive }) => {
  if (!isActive) void forceFlush();
});
