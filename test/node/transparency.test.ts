import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { instrumentWebSockets } from '@closespan/node';
import { describe, expect, it } from 'vitest';
import { WebSocket as WsWebSocket } from 'ws';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';
import { startWsServer } from '../helpers/start-ws-server.ts';

const ws7: typeof WsWebSocket = createRequire(import.meta.url)('ws7');

describe.each(NODE_VERSIONS)('on Node %s', (version) => {
  const binary = nodeBinary(version);
  it.skipIf(!binary).each(['ws', 'ws7'])(
    'an unhandled error of a %s client crashes as before',
    async (name) => {
      const program = fileURLToPath(new URL('fixtures/crash-on-refused-connection.mjs', import.meta.url));
      const [bare, instrumented] = await Promise.all([
        runNode(binary ?? '', [program, name]),
        runNode(binary ?? '', [program, name, 'instrumented']),
      ]);
      expect(bare.exitCode).toBe(1);
      expect(instrumented).toEqual(bare);
    },
  );

  it
    .skipIf(!binary)
    .each(['ws', 'ws7'].flatMap((name) => ['connection', 'open', 'close'].map((event) => ({ name, event }))))(
    'a crash in a $event listener of $name names its line',
    async ({ name, event }) => {
      const program = fileURLToPath(new URL('fixtures/throw-in-listener.mjs', import.meta.url));
      const [bare, instrumented] = await Promise.all([
        runNode(binary ?? '', [program, name, event]),
        runNode(binary ?? '', [program, name, event, 'instrumented']),
      ]);
      // The stack that follows has our frames.
      const location = ({ stderr }: typeof bare) => stderr.split('\n    at ', 1)[0];
      expect(location(bare)).toMatch(/throw-in-listener\.mjs:\d+\n +throw new Error/);
      expect(location(instrumented)).toBe(location(bare));
      expect(instrumented.exitCode).toBe(bare.exitCode);
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

it.each([
  ['ws', WsWebSocket],
  ['ws7', ws7],
])('the message path of %s is not touched', async (_name, Client) => {
  let accepted: (peer: WsWebSocket) => void = () => {};
  const server = await startWsServer((peer) => accepted(peer));
  const look = async () => {
    const peer = new Promise<WsWebSocket>((resolve) => {
      accepted = resolve;
    });
    const client = new Client(server.url);
    await once(client, 'open');
    const ends = [lookAt(client), lookAt(await peer)];
    client.terminate();
    return ends;
  };
  const lookAt = (socket: WsWebSocket) => {
    const tcp: Socket = Reflect.get(socket, '_socket');
    const receiver: object = Reflect.get(socket, '_receiver');
    const sender: object = Reflect.get(socket, '_sender');
    const methods = [
      // `ping` of an app is seen, and sends no message.
      ...['send', 'emit', 'on', 'pong'].map((name) => Reflect.get(socket, name)),
      ...['write', '_write', '_writev', 'emit', 'on', 'push'].map((name) => Reflect.get(tcp, name)),
      ...['write', '_write', 'emit'].map((name) => Reflect.get(receiver, name)),
      ...['send', 'sendFrame'].map((name) => Reflect.get(sender, name)),
    ];
    const listeners = [socket, tcp, receiver as Socket].map((emitter) =>
      emitter.eventNames().map((name) => [name, emitter.listenerCount(name)]),
    );
    return { methods, listeners };
  };
  const before = await look();
  const handle = instrumentWebSockets({ otlp: false, closeHook() {} });
  const during = await look();
  await handle.shutdown();
  await server.close();
  expect(during.map(({ listeners }) => listeners)).toEqual(before.map(({ listeners }) => listeners));
  for (const [end, { methods }] of during.entries()) {
    for (const [index, method] of methods.entries()) {
      expect(method).toBeTypeOf('function');
      expect(method).toBe(before[end]?.methods[index]);
    }
  }
});

function errorOf(run: () => unknown): string {
  try {
    run();
    return 'none';
  } catch (error) {
    return String(error);
  }
}

it.each([
  ['ws', WsWebSocket],
  ['ws7', ws7],
])('shutdown() puts back every method of %s that counts messages', async (_name, Client) => {
  const methods = () => Object.getOwnPropertyDescriptors(Client.prototype);
  const before = methods();
  const handle = instrumentWebSockets({ otlp: false, messages: true, closeHook() {} });
  const server = await startWsServer();
  const client = new Client(server.url);
  await once(client, 'open');
  client.terminate();
  await server.close();
  expect(methods()['setSocket']).not.toEqual(before['setSocket']);
  await handle.shutdown();
  expect(methods()).toEqual(before);
});
