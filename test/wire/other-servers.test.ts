import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createRequire } from 'node:module';
import type { AddressInfo, Server } from 'node:net';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { hiddenWs, type WsCopy } from '../helpers/bundle-ws.ts';
import { recordLibrary } from '../helpers/record-library.ts';
import { selfSign } from '../helpers/self-sign.ts';

/** Servers that accept connections, each with what Node calls a server for an upgrade. */
const SERVERS: Readonly<Record<string, (serve: (server: object) => void) => Server>> = {
  'HTTP/2 over TLS that allows HTTP/1.1': (serve) => {
    const server = createSecureServer({ ...selfSign(), allowHTTP1: true });
    serve(server);
    return server;
  },
  'HTTP/2 over TLS, of a class of the app': (serve) => {
    const server = withPrototype(createSecureServer({ ...selfSign(), allowHTTP1: true }), class Own {});
    serve(server);
    return server;
  },
  'HTTP whose prototype names no constructor': (serve) => {
    const server = withPrototype(createServer(), undefined);
    serve(server);
    return server;
  },
  'TLS that hands its sockets to an HTTP server': (serve) => {
    const http = createServer();
    serve(http);
    return createTlsServer(selfSign(), (socket) => http.emit('connection', socket));
  },
  'TCP that looks at the first bytes': (serve) => {
    const http = createServer();
    serve(http);
    return createTcpServer((socket: Socket) => {
      socket.once('data', (data) => {
        socket.pause();
        socket.unshift(data);
        http.emit('connection', socket);
        process.nextTick(() => socket.resume());
      });
    });
  },
  'HTTP that passes its upgrades to another server': (serve) => {
    const inner = createServer();
    serve(inner);
    return createServer().on('upgrade', (...upgrade) => inner.emit('upgrade', ...upgrade));
  },
};

/** Puts a prototype between a server and its class. */
function withPrototype<T extends object>(server: T, named: unknown): T {
  const prototype = Object.create(Object.getPrototypeOf(server), { constructor: { value: named } });
  return Object.setPrototypeOf(server, prototype);
}

describe.each([
  { what: 'a copy of ws that is hidden', load: () => hiddenWs('ws') },
  { what: 'a known ws', load: async (): Promise<WsCopy> => createRequire(import.meta.url)('ws') },
])('$what', ({ load }) => {
  it.each(Object.entries(SERVERS))('has one record of each end at a server of %s', async (name, make) => {
    const copy = await load();
    const server = make((http) => {
      new copy.Server({ server: http as never }).on('connection', (peer) => peer.close(4001, 'bye'));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const scheme = name.includes('TLS') ? 'wss' : 'ws';
    const { port } = server.address() as AddressInfo;
    const lines = await recordLibrary(2, async () => {
      const client = new copy(`${scheme}://127.0.0.1:${port}/room`, { rejectUnauthorized: false });
      await once(client, 'close');
    });
    server.close();
    expect(lines).toEqual([
      '/room client 4001 clean remote remote_close reason=bye',
      '/room server 4001 clean local local_close reason=bye',
    ]);
  });
});

it('a library that is not known has a record in a process that gets its sockets from another', async () => {
  const receiver = await startOtlpReceiver();
  const worker = fork(fileURLToPath(new URL('fixtures/serve-passed-sockets.mjs', import.meta.url)), {
    execArgv: ['--import', import.meta.resolve('@closespan/node/register')],
    env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
  });
  await once(worker, 'message');
  const server = createTcpServer({ pauseOnConnect: true }, (socket) => worker.send('socket', socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/passed`);
  await once(client, 'open');
  client.send('hello');
  const [[exitCode]] = await Promise.all([once(worker, 'exit'), once(client, 'close')]);
  server.close();
  await receiver.close();
  expect(exitCode).toBe(0);
  expect(receiver.spans.map(closeLine)).toEqual(['/passed server 4001 clean local local_close reason=bye']);
});
