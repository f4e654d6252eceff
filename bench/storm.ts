import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createRecorder, trackConnection } from '@closespan/core/platform';
import { instrumentWebSockets } from '@closespan/node';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { WebSocketServer } from 'ws';
import { report, SMOKE } from './figure.ts';
import { type Peer, startPeer } from './start-peer.ts';

// A storm of closes: all of them must arrive, with default settings and with a shutdown right behind.

const REAL = SMOKE ? 500 : 10_000;
const SIMULATED = SMOKE ? 5000 : 100_000;

for (const delay of [0, 50]) {
  report({
    title: `storm of ${REAL} real sockets, receiver responding in ${delay} ms`,
    value: await withReceiver(delay, lostOfReal),
    unit: 'lost',
    target: 0,
  });
}
for (const way of ['idle', 'signal']) {
  report({
    title: `storm of ${REAL} sockets of a process that ends by ${way === 'idle' ? 'itself' : 'a signal'}`,
    value: await withReceiver(0, (url, arrived) => lostOfProcess(way, url, arrived)),
    unit: 'lost',
    target: 0,
  });
}
report({
  title: `storm of ${SIMULATED} simulated sockets, default batch processor`,
  value: await withReceiver(0, lostOfSimulated),
  unit: 'lost',
  target: 0,
});

/** A server restarts: it closes everything with 1012 and is shut down at once. */
async function lostOfReal(url: string, arrived: () => Promise<number>): Promise<number> {
  const handle = instrumentWebSockets({ otlp: { url } });
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', backlog: 8192 });
  await once(server, 'listening');
  const peer = await connectPeer(server.address() as AddressInfo);
  const closed = [...server.clients].map((socket) => once(socket, 'close'));
  for (const socket of server.clients) socket.close(1012);
  await Promise.all(closed);
  await handle.shutdown();
  server.close();
  peer.stop();
  return REAL - (await arrived());
}

/** The same, without a shutdown: the process has no code for it. */
async function lostOfProcess(way: string, url: string, arrived: () => Promise<number>): Promise<number> {
  const server = fork(new URL('storm-server.ts', import.meta.url), [way], {
    execArgv: ['--import', '@closespan/node/register'],
    env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: url },
  });
  const [address] = await once(server, 'message');
  const peer = await connectPeer(address);
  server.kill('SIGTERM');
  await once(server, 'exit');
  peer.stop();
  return REAL - (await arrived());
}

/** Opens the clients. */
async function connectPeer({ port }: AddressInfo): Promise<Peer> {
  const peer = await startPeer(REAL);
  await peer.connect(port);
  return peer;
}

async function lostOfSimulated(url: string, arrived: () => Promise<number>): Promise<number> {
  const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces` });
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  const recorder = createRecorder(
    { tracerProvider },
    () => Promise.reject(new Error('no pipeline')),
    () => import('@closespan/core/recording'),
  );
  for (let i = 0; i < SIMULATED; i++) {
    const facts = {
      kind: 'client',
      url: 'ws://127.0.0.1/storm',
      code: 1012,
      reason: '',
      wasClean: true,
    } as const;
    recorder.record(trackConnection(), facts);
  }
  await recorder.shutdown();
  await tracerProvider.shutdown();
  return SIMULATED - (await arrived());
}

async function withReceiver(
  delay: number,
  run: (url: string, arrived: () => Promise<number>) => Promise<number>,
): Promise<number> {
  const receiver: ChildProcess = fork(new URL('receiver.ts', import.meta.url), [String(delay)]);
  const [url] = await once(receiver, 'message');
  const lost = await run(url, async () => {
    receiver.send('count');
    const [count] = await once(receiver, 'message');
    return count;
  });
  receiver.disconnect();
  return lost;
}
