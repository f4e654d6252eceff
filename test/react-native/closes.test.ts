import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acceptSockets } from '../helpers/accept-sockets.ts';
import { VERSIONS } from './bundle-react-native.ts';
import type { System } from './native-web-sockets.ts';
import { type App, startApp } from './start-app.ts';

const LINES: Readonly<Record<System, readonly string[]>> = {
  android: [
    '/client client 4001 clean local local_close reason=bye',
    '/cut client 1006 unclean none connection_lost error=connection_lost',
    '/empty client 1005 clean remote remote_close reported_code=1006',
    '/plain client 1000 clean local local_close',
    '/refuse/401 client 1006 unclean none handshake_rejected status=401 error=401',
    '/reset client 1006 unclean none connection_reset error=ECONNRESET',
    '/server/1000 client 1000 clean remote remote_close reason=from server',
    '/server/1011 client 1011 clean remote server_error reason=from server error=server_error',
    '/server/4401 client 4401 clean remote remote_close reason=from server',
    '/text client 1000 clean local local_close',
    '/unreachable client 1006 unclean none handshake_failed error=handshake_failed',
    '/wrong client 1006 unclean local protocol_error error=protocol_error',
  ],
  ios: [
    '/client client 4001 clean local local_close reason=bye',
    '/cut client 1006 unclean none connection_lost reported_code=1001 error=connection_lost',
    '/empty client 1005 clean remote remote_close',
    '/plain client 1000 clean local local_close',
    '/refuse/401 client 1006 unclean none handshake_rejected status=401 error=401',
    '/reset client 1006 unclean none connection_reset error=ECONNRESET',
    '/server/1000 client 1000 clean remote remote_close reason=from server',
    '/server/1011 client 1011 clean remote server_error reason=from server error=server_error',
    '/server/4401 client 4401 clean remote remote_close reason=from server',
    '/text client 1000 clean local local_close',
    '/unreachable client 1006 unclean none handshake_failed error=ECONNREFUSED',
    '/wrong client 1006 unclean local protocol_error reported_code=0 error=protocol_error',
  ],
};

describe.each(VERSIONS)('with the WebSocket of React Native %s', (version) => {
  const server = createServer();
  let url: string;
  let receiver: OtlpReceiver;

  beforeAll(async () => {
    acceptSockets(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(async () => {
    receiver = await startOtlpReceiver();
  });
  afterEach(() => receiver.close());

  /** Ends a connection in each way that a server or an app can choose. */
  async function endConnections({ scope }: App): Promise<void> {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    free.close();
    await once(free, 'close');
    const act: Readonly<Record<string, (socket: WebSocket) => void>> = {
      '/client': (socket) => socket.close(4001, 'bye'),
      '/plain': (socket) => socket.close(),
      '/text': (socket) => socket.close('4000' as never),
      '/cut': (socket) => socket.send('now'),
      '/reset': (socket) => socket.send('now'),
      '/wrong': (socket) => socket.send('now'),
    };
    const ends = [
      ...Object.keys(act),
      '/empty',
      '/refuse/401',
      '/server/1000',
      '/server/1011',
      '/server/4401',
    ].map((path) => [`${url}${path === '/wrong' ? '/break' : path}`, act[path]] as const);
    await Promise.all(
      [...ends, [`ws://127.0.0.1:${port}/unreachable`, undefined] as const].map(async ([address, onOpen]) => {
        const socket = new scope.WebSocket(`${address}?token=secret`);
        if (onOpen) socket.addEventListener('open', () => onOpen(socket));
        await new Promise((resolve) => socket.addEventListener('close', resolve));
      }),
    );
  }

  it.each(['ios', 'android'] as const)('records each kind of ending once, on %s', async (system) => {
    const app = await startApp(version, system);
    const handle = app.closespan.instrumentWebSockets({ serviceName: 'chat', otlp: { url: receiver.url } });
    await endConnections(app);
    await handle.shutdown();
    expect(app.lines).toEqual([]);
    expect(receiver.spans.map((span) => closeLine(span).replace('/break', '/wrong')).sort()).toEqual(
      LINES[system],
    );
    expect(JSON.stringify(receiver.spans)).not.toContain('secret');
    expect(receiver.spans[0]?.attributes).toMatchObject({
      'server.address': '127.0.0.1',
      'server.port': expect.any(Number),
      'url.scheme': 'ws',
    });
    expect(receiver.requests[0]?.headers['x-credentials']).toBe('false');
  });
});
