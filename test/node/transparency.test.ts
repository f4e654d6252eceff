import { fileURLToPath } from 'node:url';
import { instrumentWebSockets } from '@closespan/node';
import { describe, expect, it } from 'vitest';
import { WebSocket as WsWebSocket } from 'ws';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';
import { startWsServer } from '../helpers/ws-server.ts';

describe.each(NODE_VERSIONS)('on Node %s', (version) => {
  const binary = nodeBinary(version);
  it.skipIf(!binary).each(['ws', 'ws7'])(
    'an unhandled error of a %s client crashes as before',
    async (name) => {
      const program = fileURLToPath(new URL('fixtures/crash-app.mjs', import.meta.url));
      const [bare, instrumented] = await Promise.all([
        runNode(binary ?? '', [program, name]),
        runNode(binary ?? '', [program, name, 'instrumented']),
      ]);
      expect(bare.exitCode).toBe(1);
      expect(instrumented).toEqual(bare);
    },
  );
});

describe('an instrumented class', () => {
  it.each([
    ['ws', WsWebSocket],
    ['the global WebSocket', globalThis.WebSocket],
  ])('looks as before: %s', async (_name, Client) => {
    const server = await startWsServer();
    const look = async () => {
      const socket = new Client(new URL(server.url)) as WebSocket;
      await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
      class Sub extends (Client as typeof WebSocket) {}
      const sub = new Sub(server.url);
      await new Promise((resolve) => sub.addEventListener('open', resolve, { once: true }));
      const facts = {
        ownKeys: Reflect.ownKeys(socket),
        enumerable: Object.keys(socket),
        listeners:
          socket instanceof WsWebSocket
            ? ['open', 'error', 'close'].map((type) => socket.listenerCount(type))
            : [],
        instance: [socket instanceof Client, sub instanceof Client, sub instanceof Sub],
        constructor: socket.constructor === Client && Object.getPrototypeOf(socket) === Client.prototype,
        statics: [Client.name, Client.length, Client.OPEN, Client.CLOSED, String(Client)],
        methods: ['close', 'send', 'addEventListener'].map((name) => {
          const method = Client.prototype[name as 'close'];
          return [method.name, method.length];
        }),
        errors: [
          () => Reflect.apply(Client, undefined, []),
          () => Reflect.construct(Client, []),
          () => new Client('not a url'),
          () => Reflect.apply(Client.prototype.close, {}, []),
          () => socket.close(999),
          () => socket.close(3000, 'x'.repeat(124)),
        ].map(errorOf),
      };
      const closed = [socket, sub].map(
        (one) => new Promise((resolve) => one.addEventListener('close', resolve)),
      );
      for (const one of [socket, sub]) one.close();
      await Promise.all(closed);
      return facts;
    };
    const before = await look();
    const handle = instrumentWebSockets({ otlp: false, closeHook() {} });
    const during = await look();
    await handle.shutdown();
    await server.close();
    expect(during).toEqual(before);
  });
});

function errorOf(run: () => unknown): string {
  try {
    run();
    return 'none';
  } catch (error) {
    return String(error);
  }
}
