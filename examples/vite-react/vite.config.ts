import { defineConfig } from 'vite';

/** A Collector takes the spans, and your server the connections; in production the site passes both on. */
export default defineConfig({
  server: {
    proxy: {
      '/otlp': { target: 'http://localhost:4318', rewrite: (path) => path.replace('/otlp', '') },
      '/chat': { target: 'ws://localhost:8080', ws: true },
    },
  },
});
