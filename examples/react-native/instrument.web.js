import { instrumentWebSockets } from '@closespan/browser';

instrumentWebSockets({ serviceName: 'chat-web', otlp: { url: 'https://otlp.example.com' } });
