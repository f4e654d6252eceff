// Sends closes through an SDK of OpenTelemetry 3.x, as CommonJS. Started by packed.test.ts.
const { instrumentWebSockets } = require('@closespan/node');
const { trace } = require('@opentelemetry/api');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-http');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { BatchSpanProcessor, TracerProvider } = require('@opentelemetry/sdk-trace');
const { WebSocket, WebSocketServer } = require('ws');
const { closeOnce } = require('./close-once.cjs');

const handle = instrumentWebSockets();
const provider = new TracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'their-app' }),
  spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
});
trace.setGlobalTracerProvider(provider);
closeOnce({ WebSocket, WebSocketServer })
  .then(() => handle.shutdown())
  .then(() => provider.shutdown());
