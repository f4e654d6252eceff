import { inspect } from 'node:util';
import type { CloseRecord, WebSocketOptions } from '@closespan/core';
import { trackConnection } from '@closespan/core/platform';
import { context, createContextKey, DiagLogLevel, diag, type Span } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { suppressTracing } from '@opentelemetry/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recordCloses } from '../helpers/record-closes.ts';

const error = vi.fn();
const rejections = vi.fn();
beforeEach(() => {
  diag.setLogger({ error, warn: error, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
  process.on('unhandledRejection', rejections);
});
afterEach(() => {
  process.off('unhandledRejection', rejections);
  diag.disable();
  vi.clearAllMocks();
});

const rejecting = async () => {
  throw new Error('from a hook');
};
/** A promise whose `catch` hears nothing. */
class DeafPromise<T> extends Promise<T> {
  // biome-ignore lint/suspicious/noThenProperty: the method is the point
  override then<R = T>(fulfilled?: ((value: T) => R | PromiseLike<R>) | null): Promise<R> {
    return super.then(fulfilled);
  }
}
const WRONG: [string, () => unknown][] = [
  ['a promise that rejects', rejecting],
  ['a promise', async () => 'text'],
  [
    'what only looks like a promise',
    () =>
      Object.defineProperty({}, 'then', {
        get() {
          throw new Error('no promise');
        },
      }),
  ],
  ['a promise with a method catch of its own', () => Object.assign(rejecting(), { catch: 5 })],
  ['a promise that passes no rejection on', () => DeafPromise.reject(new Error('from a hook'))],
  ['an object', () => ({ toString: () => 'secret' })],
  ['a symbol', () => Symbol('secret')],
  ['a bigint', () => 1n],
  ['a String object', () => Object('secret')],
  ['null', () => null],
];
const NAMES = ['redactUrl', 'redactReason', 'redactSubprotocol', 'urlTemplate', 'isAbnormal'] as const;

describe.each(NAMES)('a hook %s', (name) => {
  it.each(WRONG)('that returns %s is not believed', async (_what, hook) => {
    const options = { [name]: hook } as WebSocketOptions;
    const { spans, points } = await recordCloses(
      [{ code: 1008, reason: 'secret', subprotocol: 'chat' }],
      options,
    );
    // A rejection is unhandled after the microtasks of the turn in which it happened.
    await new Promise((resolve) => void setImmediate(resolve));
    const [span] = spans;
    const attributes = span?.attributes ?? {};
    const spanName = span?.name;
    expect(attributes).toMatchObject({
      'url.full': name === 'redactUrl' ? 'wss://example.com' : 'wss://example.com/chat',
      'error.type': 'policy',
    });
    expect(attributes['websocket.close.reason']).toBe(name === 'redactReason' ? undefined : 'secret');
    expect(attributes['websocket.subprotocol']).toBe(name === 'redactSubprotocol' ? undefined : 'chat');
    expect(attributes['url.template']).toBeUndefined();
    expect(spanName).toBe('websocket.close');
    expect(points['websocket.client.closes']).toHaveLength(1);
    expect(error.mock.calls).toEqual([[expect.stringContaining(`closespan: ${name} returned no`)]]);
    expect(rejections).not.toHaveBeenCalled();
  });
});

const withInput = () => Object.assign(new TypeError('no secret\nhas two lines'), { input: 'secret' });
const THROWN: [string, () => unknown][] = [
  [
    'an error with the URL in its text',
    () => new Error('wss://user:pass@example.com/chat?token=secret#part'),
  ],
  ['an error with the URL in a property', withInput],
  ['an error with a cause', () => new Error('secret', { cause: withInput() })],
  [
    'an error from a script with a query',
    () => Object.assign(new Error('text'), { stack: 'Error: text\n at f (https://h/a.js?v=secret:1:2)' }),
  ],
  [
    'an error whose text was changed after somebody read its stack',
    () => {
      const thrown = new Error('secret');
      return thrown.stack && Object.assign(thrown, { message: 'redaction failed' });
    },
  ],
  ['a text', () => 'secret'],
  ['an object', () => ({ token: 'secret', message: Symbol('secret') })],
  ['null', () => null],
  [
    'an error whose members throw',
    () =>
      Object.defineProperty({}, 'stack', {
        get() {
          throw new Error('no stack');
        },
      }),
  ],
];

it.each([...NAMES, 'closeHook'].flatMap((name) => THROWN.map(([what, thrown]) => ({ name, what, thrown }))))(
  'of what a hook $name throws the log holds no text: $what',
  async ({ name, thrown }) => {
    const hook = () => {
      throw thrown();
    };
    const { spans } = await recordCloses([{ code: 1008, reason: 'secret', subprotocol: 'secret' }], {
      [name]: hook,
    });
    expect(spans).toHaveLength(1);
    expect(error.mock.calls).toEqual([[`closespan: ${name} threw`, expect.anything()]]);
    expect(inspect(error.mock.calls, { depth: 9, showHidden: true })).not.toContain('secret');
  },
);

it.each([
  ['passes no rejection on', () => DeafPromise.reject(new Error('from a hook'))],
  [
    'throws when somebody waits for it',
    () =>
      Object.assign(rejecting(), {
        // biome-ignore lint/suspicious/noThenProperty: the method is the point
        then() {
          throw new Error('from then');
        },
      }),
  ],
])('a rejection of closeHook is handled where its promise %s', async (_what, closeHook) => {
  await recordCloses([{ code: 1008 }], { closeHook });
  // A rejection is unhandled after the microtasks of the turn in which it happened.
  await new Promise(setImmediate);
  expect(rejections).not.toHaveBeenCalled();
  expect(error.mock.calls).toEqual([['closespan: closeHook threw', expect.anything()]]);
});

it('the log holds no more than the first part of a stack, however long the stack of a hook is', async () => {
  const frame = ' at f (https://h/a.js:1:2)\n';
  const closeHook = () => {
    throw Object.assign(new Error('text'), { stack: `Error: text\n${frame.repeat(100_000)}` });
  };
  await recordCloses([{ code: 1008 }], { closeHook });
  expect(error).toHaveBeenCalledOnce();
  expect(error.mock.calls[0]?.join('').length).toBeLessThan(10_000);
});

it('urlTemplate may return nothing', async () => {
  await recordCloses([{}], { urlTemplate: () => undefined });
  expect(error).not.toHaveBeenCalled();
});

it('a hook may change the URL that it gets, and changes no other fact', async () => {
  const { spans } = await recordCloses([{}], {
    redactUrl(url) {
      url.host = 'elsewhere.test:1';
      url.search = '';
      return 'wss://hidden/';
    },
    urlTemplate: (url) => url.search,
  });
  expect(spans[0]?.attributes).toMatchObject({
    'server.address': 'example.com',
    'server.port': 443,
    'url.full': 'wss://hidden/',
    'url.template': '?token=secret',
  });
});

it('a hook that changes its record changes nothing', async () => {
  const change = (record: CloseRecord, _span?: Span) => {
    for (const object of [record, record.endpoint, record.peer]) {
      for (const key of Object.keys(object ?? {})) Reflect.set(object as object, key, 'changed');
    }
    return true;
  };
  const peer = { address: '192.0.2.1', port: 1 };
  const { spans } = await recordCloses([{ peer }, { peer }], { isAbnormal: change, closeHook: change });
  expect(spans).toHaveLength(2);
  expect(JSON.stringify(spans.map(({ attributes }) => attributes))).not.toContain('changed');
  expect(peer).toEqual({ address: '192.0.2.1', port: 1 });
});

it.each(['tracerProvider', 'meterProvider'] as const)(
  'a %s that throws costs its own signal alone',
  async (name) => {
    const throwing: object = new Proxy(() => {}, {
      get: (_target, key) => (key === 'then' ? undefined : throwing),
      apply() {
        throw new Error('from a provider');
      },
    });
    const fails = { getTracer: () => throwing, getMeter: () => throwing, forceFlush: async () => {} };
    const closeHook = vi.fn();
    const { spans } = await recordCloses([{}], { [name]: fails, closeHook });
    expect(closeHook).toHaveBeenCalledOnce();
    expect(spans).toHaveLength(name === 'meterProvider' ? 1 : 0);
  },
);

describe('a connection made under suppressTracing', () => {
  const manager = new AsyncLocalStorageContextManager();
  beforeEach(() => context.setGlobalContextManager(manager.enable()));
  afterEach(() => context.disable());

  it.each([
    ['of the SDK', suppressTracing(context.active())],
    [
      'of another copy of the SDK',
      context.active().setValue(createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true),
    ],
  ])('%s leaves no record', async (_what, suppressed) => {
    const connection = context.with(suppressed, () => trackConnection());
    const { spans, points } = await recordCloses([{ connection }, { code: 4001 }]);
    expect(spans.map(({ attributes }) => attributes['websocket.close.code'])).toEqual([4001]);
    expect(points['websocket.client.closes']).toHaveLength(1);
  });
});
