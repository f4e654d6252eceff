/** Records closes at a steady pace through the SDK, with the facts of real ones, and sends them to an agent. */

import { createTracerProvider } from '@closespan/core/otlp';
import { createMeterProvider } from '@closespan/core/otlp-metrics';
import { type CloseFacts, createRecorder, now, trackConnection } from '@closespan/core/platform';

// A service lives on by its sockets; this one has none.
process.channel?.ref();

const [url = '', rate = '0', seconds = '0'] = process.argv.slice(2);
const settings = { serviceName: 'load', otlp: { url } };
const tracerProvider = createTracerProvider(settings);
const meterProvider = createMeterProvider({ ...settings, exportIntervalMillis: 1000 });
const recorder = createRecorder(
  { tracerProvider, meterProvider },
  () => Promise.reject(new Error('both providers are given')),
  () => import('@closespan/core/recording'),
);

const total = Number(rate) * Number(seconds);
const start = now();
let sent = 0;
while (sent < total) {
  const due = Math.min(total, Math.floor(((now() - start) / 1000) * Number(rate)));
  for (; sent < due; sent++) record(sent);
  await new Promise((resolve) => setTimeout(resolve, 5));
}
await recorder.shutdown();
await tracerProvider.shutdown();
await meterProvider.shutdown();
const { user, system } = process.cpuUsage();
process.send?.({ elapsed: (now() - start) / 1000, cpu: (user + system) / 1e6 });
process.disconnect?.();

/** One in ten is lost; lifetimes spread over seven hours. */
function record(index: number): void {
  const at = now();
  const connection = trackConnection(undefined, at - (index % 1000) * 25_000 - 30);
  connection.openedAt = connection.startedAt + 30;
  const facts: CloseFacts = {
    kind: index % 2 === 0 ? 'client' : 'server',
    url: `wss://chat.example.com/rooms/${index % 50}`,
    code: 1000,
    reason: 'done',
    wasClean: true,
    subprotocol: 'graphql-transport-ws',
    extensions: 'permessage-deflate',
  };
  const lost: Partial<CloseFacts> = { code: 1006, reason: '', wasClean: false, errorCode: 'ECONNRESET' };
  recorder.record(connection, index % 10 === 0 ? { ...facts, ...lost } : facts);
}
