import { instrumentWebSockets } from '@closespan/browser';

instrumentWebSockets({ serviceName: 'next-web', otlp: { url: `${location.origin}/otlp` } });
