import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createBodyReader, type OtlpBody, receivedSpans } from 'closespan/receiver';

/** A collector that comes and goes. It keeps the ids of spans alone, so that an hour fits into memory. */
export interface Collector {
  readonly url: string;
  /** Number of different spans that arrived. */
  arrived(): number;
  /** Number of spans that arrived a second time. */
  doubles(): number;
  /** Fails from now on, each time in another way. */
  leave(): void;
  /** Works from now on. */
  comeBack(): void;
  close(): Promise<void>;
}

/** Ways to be away. None of them keeps spans. */
const WAYS = ['503', 'reset', 'hang', '429'] as const;

/** Starts a collector on a port of 127.0.0.1. */
export async function startCollector(): Promise<Collector> {
  const ids = new Set<string>();
  /** Connections whose requests hang. */
  const hanging = new Set<Socket>();
  let [doubles, absences, isAway] = [0, 0, false];

  const read = createBodyReader();
  const server = createServer(async (request, response) => {
    // A request that has begun while the collector was away is not taken later, since its sender gives up.
    const way = isAway ? WAYS[absences % WAYS.length] : undefined;
    await read(request, request.url === '/v1/traces' ? 'traces' : 'metrics', (body) => {
      if (!way) keep(body);
    }).catch(() => {});
    if (way === 'reset') request.socket.resetAndDestroy();
    if (way === 'hang') hanging.add(request.socket);
    if (way === 'reset' || way === 'hang') return;
    if (way) {
      response.writeHead(Number(way), { 'retry-after': '2' }).end();
      return;
    }
    response.end('{}');
  });
  function keep(body: OtlpBody): void {
    for (const { spanId } of receivedSpans(body)) {
      if (ids.has(spanId)) doubles++;
      ids.add(spanId);
    }
  }

  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived: () => ids.size,
    doubles: () => doubles,
    leave() {
      isAway = true;
      absences++;
    },
    comeBack() {
      isAway = false;
      for (const socket of hanging) socket.resetAndDestroy();
      hanging.clear();
    },
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
