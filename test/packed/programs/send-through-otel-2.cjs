// Sends closes through an SDK of OpenTelemetry 2.x, as CommonJS. Started by packed.test.ts.
const { instrumentWebSockets } = require('@closespan/node');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-http');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { BatchSpanProcessor, NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');
const { WebSocket, WebSocketServer } = require('ws');
const { closeOnce } = require('./close-once.cjs');

const handle = instrumentWebSockets();
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'their-app' }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
provider.register();
closeOnce({ WebSocket, WebSocketServer })
  .then(() => handle.shutdown())
  .then(() => provider.shutdown());
