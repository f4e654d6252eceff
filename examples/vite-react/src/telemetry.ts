import { instrumentWebSockets } from '@closespan/browser';

// The first import of the app, and outside of components: sockets of before are not seen, and effects run twice in
// React's strict mode. The development server passes /otlp on; see vite.config.ts.
instrumentWebSockets({ serviceName: 'vite-react', otlp: { url: `${location.origin}/otlp` } });
