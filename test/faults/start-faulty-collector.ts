import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import type { KeyAndCertificate } from '../helpers/self-sign.ts';
import type { Fault } from './faults.ts';

/** A collector that fails in one way until it recovers. */
export interface FaultyCollector {
  readonly url: string;
  /** Resolves when the first bytes have come. */
  readonly requested: Promise<void>;
  /** Returns all spans that the collector took. */
  spans(): readonly ReceivedSpan[];
  /** Lets the collector work from now on. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

/** Another address for each collector, so that nobody takes a port at which nothing listens for a while. */
let hosts = 0;

/**
 * Starts a collector that fails.
 * @param trusted certificate that the app trusts
 */
export async function startFaultyCollector(
  fault: Fault,
  trusted: KeyAndCertificate,
  other: KeyAndCertificate,
): Promise<FaultyCollector> {
  const failing = await startOtlpReceiver({ ...fault.receiver, ...(fault.hasTls && { tls: other }) });
  const working = await startOtlpReceiver(fault.hasTls ? { tls: trusted } : {});
  const sockets = new Set<Socket>();
  let isFailing = true;
  let noteRequest = () => {};
  const requested = new Promise<void>((resolve) => {
    noteRequest = resolve;
  });
  const server = createServer((socket) => {
    keep(socket);
    socket.once('data', noteRequest);
    if (!isFailing) pass(socket, working);
    else if (fault.onConnection) fault.onConnection(socket);
    else if (fault.breaksResponse) breakResponse(socket);
    else pass(socket, failing);
  });

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  }

  /** Passes the bytes of a connection on. Both ends close as one, also by a reset. */
  function pass(socket: Socket, { url }: OtlpReceiver): Socket {
    const inner = connect(Number(new URL(url).port), '127.0.0.1');
    keep(inner);
    socket.pipe(inner).pipe(socket);
    inner.on('error', () => socket.resetAndDestroy());
    socket.on('close', () => inner.destroy());
    return inner;
  }

  function breakResponse(socket: Socket): void {
    const inner = connect(Number(new URL(failing.url).port), '127.0.0.1');
    keep(inner);
    socket.pipe(inner).once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{', () => socket.resetAndDestroy());
    });
    socket.on('close', () => inner.destroy());
  }

  const host = process.platform === 'linux' && !fault.hasTls ? `127.77.0.${++hosts}` : '127.0.0.1';
  await once(server.listen(0, host), 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = () => once(server.close(), 'close');
  if (fault.isClosed) await stop();
  return {
    url: `${fault.hasTls ? 'https' : 'http'}://${host}:${port}`,
    requested,
    spans: () => [...failing.spans, ...working.spans],
    async recover() {
      isFailing = false;
      if (fault.isClosed) await once(server.listen(port, host), 'listening');
      // What hangs goes on to hang. Other connections end, as where a collector starts again.
      else if (!fault.onConnection) for (const socket of sockets) socket.resetAndDestroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await stop();
      await Promise.all([failing.close(), working.close()]);
    },
  };
}
