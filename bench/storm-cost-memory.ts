import { type Connection, createRecorder } from '@closespan/core/platform';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { countExports } from './count-exports.ts';
import { closeFacts, makeBareSpan, openConnections } from './same-close.ts';

/**
 * A process of `storm-cost.ts` that closes so many simulated sockets in one turn, and tells by how many bytes its
 * resident set has grown at most until all are exported.
 */
const [way, url = '', count] = process.argv.slice(2);
const spans = way === 'spans';
// Of default size it holds no storm; ours needs no more.
const queue = spans ? { maxQueueSize: 131_072 } : {};
const { exporter, sent } = countExports(url);
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter, queue)] });
const recorder = createRecorder(
  { tracerProvider },
  () => Promise.reject(new Error('no pipeline')),
  () => import('@closespan/core/recording'),
);
const tracer = tracerProvider.getTracer('bench');
process.on('disconnect', () => process.exit());

// Both have loaded and sent before.
const WARM_UP = 512;
close(openConnections(WARM_UP));
await recorder.forceFlush();
await sent(WARM_UP);
const connections = openConnections(Number(count));
globalThis.gc?.();
const before = process.memoryUsage().rss;
close(connections);
// Nobody flushes: the process lives on, and a queue of that size loses most of what it holds when it is flushed.
await sent(WARM_UP + Number(count));
// The system's own peak, in kilobytes: what is sampled misses what lies between.
process.send?.(process.resourceUsage().maxRSS * 1024 - before);

function close(connections: readonly Connection[]): void {
  connections.forEach((connection, i) => {
    if (spans) makeBareSpan(tracer, i, connection.startedAt);
    else recorder.record(connection, closeFacts());
  });
}
