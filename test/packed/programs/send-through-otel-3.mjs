// Sends closes through an SDK of OpenTelemetry 3.x, as an ES module. Started by packed.test.ts.
import { instrumentWebSockets } from '@closespan/node';
import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { WebSocket, WebSocketServer } from 'ws';
import { closeOnce } from './close-once.cjs';

const handle = instrumentWebSockets();
const provider = new TracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'their-app' }),
  spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
});
trace.setGlobalTracerProvider(provider);
await closeOnce({ WebSocket, WebSocketServer });
await handle.shutdown();
await provider.shutdown();
