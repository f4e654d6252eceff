// Sends closes through an SDK of OpenTelemetry 2.x, as an ES module. Started by packed.test.ts.
import { instrumentWebSockets } from '@closespan/node';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { WebSocket, WebSocketServer } from 'ws';
import { closeOnce } from './close-once.cjs';

const handle = instrumentWebSockets();
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'their-app' }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
provider.register();
await closeOnce({ WebSocket, WebSocketServer });
await handle.shutdown();
await provider.shutdown();
