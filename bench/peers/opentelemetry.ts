import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { WSInstrumentation } from 'opentelemetry-instrumentation-ws';

/** Starts `opentelemetry-instrumentation-ws` with the SDK, as its documentation does. */
const tracerProvider = new BasicTracerProvider({
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
registerInstrumentations({ tracerProvider, instrumentations: [new WSInstrumentation()] });
