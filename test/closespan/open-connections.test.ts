import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { instrumentWebSockets } from '@closespan/node';
import { startClosespanReceiver } from 'closespan/receiver';
import { afterEach, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

afterEach(() => vi.unstubAllEnvs());

it.each(['http/json', 'http/protobuf'])(
  'a process that sends metrics by %s shows what is open',
  async (protocol) => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', protocol);
    vi.stubEnv('OTEL_METRICS_EXPORTER', 'otlp');
    const receiver = await startClosespanReceiver({ port: 0 });
    const { store } = receiver;
    const handle = instrumentWebSockets({ serviceName: 'shop', otlp: { url: receiver.url } });
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const sockets = [1, 2, 3].map(() => new WebSocket(`ws://127.0.0.1:${port}`));
    await Promise.all(sockets.map((socket) => once(socket, 'open')));
    const counts = () =>
      store.open.map(({ service, side, attributes, count }) =>
        [
          service,
          side,
          attributes['server.port'] === port,
          attributes['websocket.connection.age_group'],
          count,
        ].join(),
      );

    await handle.forceFlush();
    expect(counts().sort()).toEqual(['shop,client,true,lt_1m,3', 'shop,server,true,lt_1m,3']);
    sockets[0]?.close();
    await vi.waitFor(
      async () => {
        await handle.forceFlush();
        expect(counts().sort()).toEqual(['shop,client,true,lt_1m,2', 'shop,server,true,lt_1m,2']);
        expect(store.closes.length).toBe(2);
      },
      { timeout: 20_000 },
    );
    const [first, second] = store.closes;
    expect([first && store.otherEnd(first), second && store.otherEnd(second)]).toEqual([second, first]);

    for (const socket of sockets) socket.terminate();
    server.close();
    await handle.shutdown();
    await receiver.close();
  },
);
