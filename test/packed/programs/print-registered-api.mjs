// Prints the active span's id and a log line, read where this version of the API keeps what an app registers. Started by packed.test.ts.
import { diag as ours, trackConnection } from '@closespan/core/platform';
import { context, diag, ROOT_CONTEXT, trace } from '@opentelemetry/api';

const spanContext = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  traceFlags: 1,
};
const active = trace.setSpan(ROOT_CONTEXT, trace.wrapSpanContext(spanContext));
context.setGlobalContextManager({ active: () => active, with() {}, bind() {}, enable() {}, disable() {} });
const print = (text) => process.stdout.write(`${text}\n`);
diag.setLogger({ error: print, warn: print, info() {}, debug() {}, verbose() {} });
print(trackConnection().creation?.spanId);
ours.error('logged');
