import { type Connection, createRecorder } from '@closespan/core/platform';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { countExports } from './count-exports.ts';
import { watchTurns } from './loop-turns.ts';
import { closeFacts, openConnections } from './same-close.ts';

/** Milliseconds of the longest turn of each round, while simulated sockets close evenly and until all is exported. */
export async function turnsOfSpread(
  url: string,
  closes: number,
  millis: number,
  rounds: number,
): Promise<number[]> {
  const { exporter, sent } = countExports(url);
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  const recorder = createRecorder(
    { tracerProvider },
    () => Promise.reject(new Error('no pipeline')),
    () => import('@closespan/core/recording'),
  );
  const longest: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const connections = openConnections(closes);
    globalThis.gc?.();
    const turns = watchTurns();
    await closeEvenly(connections, millis, (connection) => recorder.record(connection, closeFacts()));
    await recorder.forceFlush();
    await sent(round * closes);
    longest.push(turns.stop());
  }
  await tracerProvider.shutdown();
  return longest;
}

/** As sockets do: those that a long turn holds up close in the next. */
async function closeEvenly(
  connections: readonly Connection[],
  millis: number,
  close: (connection: Connection) => void,
): Promise<void> {
  const start = performance.now();
  let closed = 0;
  while (closed < connections.length) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const due = Math.floor(((performance.now() - start) / millis) * connections.length);
    for (const connection of connections.slice(closed, due)) close(connection);
    closed = due;
  }
}
