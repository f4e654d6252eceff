import type { CloseRecord, HandledSocketOf } from '@closespan/core';
import { instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';

let handle: NodeWebSocketHandle;
let records: CloseRecord[];
let sockets: unknown[];
beforeEach(() => {
  records = [];
  sockets = [];
  start();
});
afterEach(() => handle.shutdown());

function start(): void {
  handle = instrumentWebSockets({
    otlp: false,
    messages: true,
    ignoreUrls: ['/ignored'],
    closeHook(record, _span, socket) {
      records.push(record);
      sockets.push(socket);
    },
  });
}

/** A socket that no runtime has made: no server can produce every shape of handlers. */
class FakeSocket {
  data: unknown;
  constructor(url = 'ws://localhost/room') {
    this.data = { url };
  }
  close(_code?: number, _reason?: string): void {}
}

function listen(level: 'error' | 'warn', log: () => void): void {
  const logger = { error() {}, warn() {}, info() {}, debug() {}, verbose() {}, [level]: log };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

async function lines(): Promise<string[]> {
  await handle.forceFlush();
  return records.map(closeLine);
}

/** Plays the events of one connection that the peer closes, as a runtime that reads its handlers once. */
function play(handlers: object, socket = new FakeSocket()): void {
  const { open, message, close } = handlers as Readonly<Record<string, (...args: unknown[]) => unknown>>;
  open?.call(handlers, socket);
  message?.call(handlers, socket, 'hi');
  close?.call(handlers, socket, 4001, 'bye');
}

const CLOSED = '/room server 4001 clean remote remote_close reason=bye';

describe('handlers of any shape are observed, and run on the object that the app has', () => {
  const calls: unknown[][] = [];
  beforeEach(() => {
    calls.length = 0;
  });
  const note = (name: string, self: unknown, args: unknown[]) => calls.push([name, self, ...args]);
  const INHERITED = {
    close(...args: unknown[]) {
      note('close', this, args);
    },
  };
  class WithMethods {
    #secret = 'secret';
    close(...args: unknown[]) {
      note(this.#secret, this, args);
    }
  }
  class WithGetter {
    #secret = 'secret';
    get close() {
      const secret = this.#secret;
      return (...args: unknown[]) => note(secret, this, args);
    }
  }
  class WithField {
    close = (...args: unknown[]) => note('close', this, args);
  }
  it.each([
    ['a plain object', () => ({ ...INHERITED }), 'close'],
    ['a frozen object', () => Object.freeze({ ...INHERITED }), 'close'],
    ['a sealed object', () => Object.seal({ ...INHERITED }), 'close'],
    ['an object that cannot grow', () => Object.preventExtensions({ ...INHERITED }), 'close'],
    ['an object that inherits its handlers', () => Object.create(INHERITED), 'close'],
    ['an object without a prototype', () => Object.assign(Object.create(null), INHERITED), 'close'],
    ['an instance', () => new WithMethods(), 'secret'],
    ['a frozen instance', () => Object.freeze(new WithMethods()), 'secret'],
    ['an instance with a getter', () => new WithGetter(), 'secret'],
    ['an instance with a field', () => new WithField(), 'close'],
  ])('%s', async (_name, make, called) => {
    const handlers: object = make();
    const observed = handle.observeHandlers(handlers);
    const socket = new FakeSocket();
    play(observed, socket);
    expect(calls).toEqual([[called, handlers, socket, 4001, 'bye']]);
    expect(calls[0]?.[1]).toBe(handlers);
    expect(await lines()).toEqual([CLOSED]);
    expect(sockets).toEqual([socket]);
    for (const is of [Object.isFrozen, Object.isSealed, Object.isExtensible])
      expect(is(observed)).toBe(is(handlers));
  });

  it('a module', async () => {
    const module = await import('./fixtures/handlers-of-a-module.ts');
    play(handle.observeHandlers(module));
    expect(await lines()).toEqual([CLOSED]);
  });

  it('a class, whose subclasses are observed, too', async () => {
    const Observed = handle.observeHandlers(WithMethods);
    class Further extends Observed {
      override close(...args: unknown[]) {
        super.close(...args);
      }
    }
    expect(handle.observeHandlers(Observed)).toBe(Observed);
    expect(Observed.name).toBe('WithMethods');
    for (const instance of [new Observed(), new Further()]) {
      expect(instance).toBeInstanceOf(WithMethods);
      play(instance);
    }
    expect(calls).toHaveLength(2);
    expect(await lines()).toEqual([CLOSED, CLOSED]);
  });
});

describe('the app notices nothing', () => {
  it('of members that are no handlers, of names, symbols and results', () => {
    const symbol = Symbol('own');
    const result = Promise.resolve('result');
    const handlers = {
      idleTimeout: 30,
      [symbol]: 1,
      get compression() {
        return 'shared';
      },
      async message(_socket: object, _text: string) {},
      close: function onEnd(_socket: object, _code: number) {
        return result;
      },
      drain() {},
    };
    const { drain } = handlers;
    const observed = handle.observeHandlers(handlers);
    expect(observed).toBe(handlers);
    expect(observed).toMatchObject({ idleTimeout: 30, [symbol]: 1, compression: 'shared' });
    expect(observed.drain).toBe(drain);
    expect(observed.close.name).toBe('onEnd');
    expect(observed.close.length).toBe(2);
    expect(observed.close(new FakeSocket(), 1000)).toBe(result);
  });

  it('of an error in a handler, which goes to the runtime', async () => {
    const error = new Error('of the app');
    const observed = handle.observeHandlers({
      close() {
        throw error;
      },
    });
    expect(() => play(observed)).toThrow(error);
    expect(await lines()).toEqual([CLOSED]);
  });

  it('of errors in a function that gives facts, and in getters of a socket', async () => {
    const errors = vi.fn();
    listen('error', errors);
    const handlers = handle.observeHandlers({ open() {}, close() {} }, () => {
      throw new Error('of the app');
    });
    play(handlers);
    const hostile = Object.defineProperty(new FakeSocket(), 'data', {
      get() {
        throw new Error('of the app');
      },
    });
    play(handlers, hostile);
    diag.disable();
    expect(errors).toHaveBeenCalled();
    expect(await lines()).toEqual([CLOSED, CLOSED.replace('/room ', '')]);
  });

  it('of a copy of the handlers, as crossws makes one', async () => {
    const observed = handle.observeHandlers({ message() {} });
    play({ ...observed });
    expect(await lines()).toEqual([CLOSED]);
  });
});

it.each([
  ['nothing', {}],
  ['functions of other names', { fetch() {}, alarm() {} }],
])('an object with %s stays as it is, and is warned of', (_name, handlers) => {
  const warn = vi.fn();
  listen('warn', warn);
  const before = Object.getOwnPropertyDescriptors(handlers);
  expect(handle.observeHandlers(handlers)).toBe(handlers);
  diag.disable();
  expect(Object.getOwnPropertyDescriptors(handlers)).toEqual(before);
  expect(warn).toHaveBeenCalledExactlyOnceWith('closespan: observeHandlers got no handlers of WebSockets');
});

it('records a connection once, whose handlers are wrapped twice, and closes once', async () => {
  const handlers = handle.observeHandlers(handle.observeHandlers({ open() {}, close() {} }));
  const frozen = Object.freeze({ open() {}, close() {} });
  expect(handle.observeHandlers(frozen)).toBe(handle.observeHandlers(frozen));
  const socket = new FakeSocket();
  play(handlers, socket);
  play(handlers, socket);
  play(handle.observeHandlers(frozen), socket);
  expect(await lines()).toEqual([CLOSED]);
});

it('calls only the handlers after shutdown, and observes them again after a second start', async () => {
  const handlers = handle.observeHandlers({ open: vi.fn(), close: vi.fn() });
  await handle.shutdown();
  play(handlers);
  expect(handlers.close).toHaveBeenCalledOnce();
  start();
  play(handle.observeHandlers(handlers));
  expect(handlers.close).toHaveBeenCalledTimes(2);
  expect(await lines()).toEqual([CLOSED]);
});

it('takes facts from a function that gets the socket, and leaves out ignored URLs', async () => {
  const handlers = handle.observeHandlers({ message(_socket: FakeSocket) {} }, ({ data }) => ({
    url: `wss://chat.example/${data}?token=secret`,
    connectionId: '00112233445566aa',
  }));
  for (const data of ['given', 'ignored']) play(handlers, Object.assign(new FakeSocket(), { data }));
  expect(await lines()).toEqual(['/given server 4001 clean remote remote_close reason=bye']);
  expect(records[0]).toMatchObject({
    connectionId: '00112233445566aa',
    endpoint: { url: 'wss://chat.example/given' },
  });
});

it('takes the path of a Unix socket from the URL that the app gives', async () => {
  play(
    handle.observeHandlers({ open() {}, close() {} }, { url: 'ws+unix:/run/app.sock:/chat?token=secret' }),
  );
  expect(await lines()).toEqual([CLOSED.replace('/room', '/chat')]);
  expect(records[0]?.endpoint).toMatchObject({ address: '/run/app.sock', port: undefined });
  expect(JSON.stringify(records)).not.toContain('secret');
});

it.each([Number.NaN, Infinity, 4000.5, 4000n, null, {}])(
  'records no code of an end that a handler is told of as %s',
  async (code) => {
    const { open, close } = handle.observeHandlers({
      open(_socket: object) {},
      close(_socket: object, _code: unknown) {},
    });
    const socket = new FakeSocket();
    open(socket);
    close(socket, code);
    expect(await lines()).toEqual(['/room server 1005 clean unknown unknown']);
  },
);

it('claims little of a connection that was open before its handlers were observed', async () => {
  const { close } = handle.observeHandlers({ open() {}, close(_socket: object, _code: number) {} });
  close(new FakeSocket(), 1000);
  expect(await lines()).toEqual(['/room server 1000 clean unknown unknown']);
  expect(records[0]).toMatchObject({ connectionDuration: undefined, handshakeDuration: undefined });
});

it('notes and ids reach the record, while the connection is open and in its last handler', async () => {
  let id: string | undefined;
  const handlers = handle.observeHandlers({
    open(socket: object) {
      id = handle.connectionIdOf(socket);
      handle.note(socket, { attributes: { 'app.room': 'lobby' } });
    },
    close(socket: object) {
      handle.note(socket, { cause: 'ping_timeout' });
    },
  });
  play(handlers);
  expect(await lines()).toEqual(['/room server 4001 clean remote ping_timeout reason=bye']);
  expect(records[0]).toMatchObject({ connectionId: id, furtherAttributes: { 'app.room': 'lobby' } });
});

it('records open connections at shutdown', async () => {
  handle.observeHandlers({ open(_socket: object) {} }).open(new FakeSocket());
  await handle.shutdown();
  expect(records.map(closeLine)).toEqual(['/room server 1006 unclean local process_exit synthetic']);
});

it('does not say who closed a socket whose class is frozen', async () => {
  class Frozen extends FakeSocket {
    override close(): void {}
  }
  Object.freeze(Frozen.prototype);
  play(handle.observeHandlers({ close() {} }), new Frozen());
  expect(await lines()).toEqual(['/room server 4001 clean unknown unknown reason=bye']);
});

it('knows the type of the sockets that handlers get', () => {
  interface Handlers {
    message?(socket: FakeSocket, text: string): void;
  }
  expectTypeOf<HandledSocketOf<Required<Handlers>>>().toEqualTypeOf<FakeSocket>();
  expectTypeOf<HandledSocketOf<{ open(socket: FakeSocket): void }>>().toEqualTypeOf<FakeSocket>();
  expectTypeOf<HandledSocketOf<{ close(): void }>>().toEqualTypeOf<object>();
  expectTypeOf(handle.observeHandlers<Handlers>).returns.toEqualTypeOf<Handlers>();
});
