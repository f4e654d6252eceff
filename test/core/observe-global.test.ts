import type { CloseFacts, Connection, Recorder } from '@closespan/core/platform';
import { observeGlobal } from '@closespan/core/platform';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { freePort } from '../helpers/free-port.ts';
import { startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

// Node's class marks its own events as little as that of Deno, which core knows by this name.
vi.hoisted(() => Object.assign(globalThis, { Deno: {} }));

type Recorded = [connection: Connection, facts: CloseFacts];

const native = globalThis.WebSocket;
const stops: (() => unknown)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  Object.defineProperty(globalThis, 'WebSocket', { value: native, writable: true, configurable: true });
});

/** Observes the global class as on a runtime with a class of its own. */
function observe(options: Parameters<typeof observeGlobal>[1] = {}) {
  const recorded: Recorded[] = [];
  const recorder = {
    opened() {},
    record: (...args: Recorded) => recorded.push(args.slice(0, 2) as unknown as Recorded),
    prepare() {},
  } as unknown as Recorder;
  const errors: unknown[] = [];
  const observer = observeGlobal(recorder, options, (event) => {
    errors.push(event);
    return { errorCode: 'ERUNTIME' };
  });
  stops.push(observer.stop);
  return { observer, recorded, errors };
}

async function serve(accept?: Parameters<typeof startWsServer>[0]): Promise<WsServer> {
  const server = await startWsServer(accept);
  stops.push(server.close);
  return server;
}

function closed(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve) => socket.addEventListener('close', resolve));
}

describe('the global WebSocket of a runtime', () => {
  it('is recorded when a peer closes', async () => {
    const { recorded } = observe();
    const { url } = await serve((peer) => peer.close(1001, 'restart'));
    await closed(new WebSocket(`${url}/chat`));
    expect(recorded).toMatchObject([
      [
        { closing: undefined },
        { kind: 'client', url: `${url}/chat`, code: 1001, reason: 'restart', wasClean: true },
      ],
    ]);
  });

  it('is recorded with the code that the app gave to close()', async () => {
    const { recorded } = observe();
    const { url } = await serve();
    const socket = new WebSocket(url);
    socket.addEventListener('open', () => socket.close(4000));
    await closed(socket);
    expect(recorded).toMatchObject([[{ closing: { code: 4000 } }, { errored: false }]]);
  });

  it('is recorded as failed, with what the runtime says of the error', async () => {
    const { recorded, errors } = observe();
    const socket = new WebSocket(`ws://127.0.0.1:${await freePort()}`);
    await closed(socket);
    expect(errors).toHaveLength(1);
    expect(recorded).toMatchObject([
      [{ openedAt: undefined }, { code: 1006, errored: true, errorCode: 'ERUNTIME' }],
    ]);
  });

  it('is not recorded for events that a script dispatches', async () => {
    const { recorded, errors } = observe();
    const { url } = await serve();
    const socket = new WebSocket(url);
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    socket.dispatchEvent(new Event('error'));
    socket.dispatchEvent(new CloseEvent('close', { code: 4999 }));
    expect([recorded, errors]).toEqual([[], []]);
    socket.close(1000);
    await closed(socket);
    expect(recorded).toMatchObject([[{}, { code: 1000 }]]);
  });

  it('is recorded from the error alone, where the socket is closed and no close event follows', async () => {
    const { observer, recorded } = observe();
    // As workerd does after a protocol error, which no server can show to Node's own class.
    const state = { readyState: 3, url: 'ws://example.com', protocol: '', extensions: '', bufferedAmount: 0 };
    const socket = Object.assign(new EventTarget(), state);
    observer.observe(socket);
    socket.dispatchEvent(new Event('error'));
    await vi.waitFor(() => expect(recorded).toHaveLength(1));
    expect(recorded).toMatchObject([[{}, { code: 1006, synthetic: true, errored: true }]]);
  });

  it('is not recorded for a URL to be ignored', async () => {
    const { recorded } = observe({ ignoreUrls: ['/private'] });
    const { url } = await serve((peer) => peer.close(1000));
    await closed(new WebSocket(`${url}/private`));
    expect(recorded).toEqual([]);
  });

  it('is as before after stop, and open sockets are forgotten', async () => {
    const { observer, recorded } = observe();
    const { url } = await serve((peer) => peer.on('message', () => peer.close(1000)));
    const socket = new WebSocket(url);
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    expect(globalThis.WebSocket).not.toBe(native);
    observer.stop();
    expect(globalThis.WebSocket).toBe(native);
    socket.send('end');
    await closed(socket);
    expect(recorded).toEqual([]);
  });
});

describe('a global WebSocket that is no plain property', () => {
  it.each([
    [
      'an accessor, as in Deno',
      () => Object.defineProperty(globalThis, 'WebSocket', { get: () => native, configurable: true }),
    ],
    [
      'inherited, as in workerd',
      () => {
        const above = Object.getPrototypeOf(globalThis);
        Reflect.deleteProperty(globalThis, 'WebSocket');
        above.WebSocket = native;
        stops.unshift(() => Reflect.deleteProperty(above, 'WebSocket'));
      },
    ],
  ])('%s, is observed and put back', async (_what, define) => {
    define();
    const before = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
    const { observer, recorded } = observe();
    const { url } = await serve((peer) => peer.close(1000));
    await closed(new WebSocket(url));
    observer.stop();
    expect(recorded).toMatchObject([[{}, { code: 1000 }]]);
    expect(Object.getOwnPropertyDescriptor(globalThis, 'WebSocket')).toEqual(before);
    expect(globalThis.WebSocket).toBe(native);
  });

  it('stays as another script made it meanwhile', () => {
    Object.defineProperty(globalThis, 'WebSocket', { get: () => native, configurable: true });
    const { observer } = observe();
    class Other extends native {}
    globalThis.WebSocket = Other;
    observer.stop();
    expect(globalThis.WebSocket).toBe(Other);
  });
});
