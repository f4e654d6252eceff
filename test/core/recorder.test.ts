import { inspect } from 'node:util';
import type { CloseRecord } from '@closespan/core';
import { trackConnection } from '@closespan/core/platform';
import { DiagLogLevel, diag, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { AlwaysOffSampler, BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, it, vi } from 'vitest';
import core from '../../packages/core/package.json' with { type: 'json' };
import { openedConnection, recordCloses } from '../helpers/record-closes.ts';

afterEach(() => diag.disable());

describe('the span of a close', () => {
  it('carries what happened and nothing secret', async () => {
    const { spans } = await recordCloses([
      { reason: 'done', subprotocol: 'chat', extensions: 'x', unsentSize: 9 },
    ]);
    expect(spans).toHaveLength(1);
    expect(spans[0]).toMatchObject({ name: 'websocket.close', kind: SpanKind.CLIENT, status: { code: 0 } });
    expect(spans[0]?.attributes).toEqual({
      'network.protocol.name': 'websocket',
      'server.address': 'example.com',
      'server.port': 443,
      'url.scheme': 'wss',
      'url.path': '/chat',
      'url.full': 'wss://example.com/chat',
      'websocket.connection.id': expect.stringMatching(/^[0-9a-f]{16}$/),
      'websocket.close.code': 1000,
      'websocket.close.name': 'Normal Closure',
      'websocket.close.category': 'normal',
      'websocket.close.reason': 'done',
      'websocket.close.was_clean': true,
      'websocket.close.initiator': 'remote',
      'websocket.close.cause': 'remote_close',
      'websocket.connection.duration': expect.any(Number),
      'websocket.handshake.succeeded': true,
      'websocket.handshake.duration': 0,
      'websocket.subprotocol': 'chat',
      'websocket.extensions': 'x',
      'websocket.unsent.size': 9,
    });
  });

  it('has the further attributes of its observer, which the hook gets frozen', async () => {
    const attributes = { 'websocket.transport.end': 'fin', 'app.rooms': ['a', 'b'] };
    const seen: unknown[] = [];
    const { spans } = await recordCloses([{ furtherAttributes: attributes }, {}], {
      closeHook: ({ furtherAttributes }) => seen.push(furtherAttributes, Object.isFrozen(furtherAttributes)),
    });
    expect(spans[0]?.attributes).toMatchObject({ 'websocket.close.code': 1000, ...attributes });
    expect(seen).toEqual([attributes, true, undefined, true]);
    expect(Object.isFrozen(attributes)).toBe(false);
  });

  it('has what the app has noted, but for names of closespan', async () => {
    const connection = openedConnection();
    const attributes = { room: 'a'.repeat(300), count: 2, 'websocket.close.code': 1, 'error.type': 'mine' };
    connection.note = { attributes, reason: 'kicked' };
    const { spans } = await recordCloses([{ connection }]);
    expect(spans[0]?.attributes).toMatchObject({
      room: `${'a'.repeat(255)}…`,
      count: 2,
      'websocket.close.code': 1000,
      'websocket.close.noted_reason': 'kicked',
    });
    expect(spans[0]?.attributes).not.toHaveProperty(['error.type']);
  });

  it('comes from a scope with the version of the packages', async () => {
    const { spans } = await recordCloses([{}]);
    expect(spans[0]?.instrumentationScope).toMatchObject({ name: 'closespan', version: core.version });
  });

  it('covers the close operation, or the lifetime on request', async () => {
    const connection = openedConnection();
    connection.closing = { at: connection.startedAt + 10, by: 'local', code: 1000 };
    const closedAt = connection.startedAt + 30;
    const [close, lifetime] = await Promise.all(
      (['close', 'lifetime'] as const).map((spanTiming) =>
        recordCloses([{ connection, closedAt }], { spanTiming }),
      ),
    );
    expect(millis(close?.spans[0]?.duration)).toBeCloseTo(20, 0);
    expect(millis(lifetime?.spans[0]?.duration)).toBeCloseTo(30, 0);
  });

  it('leaves durations out where observation began too late', async () => {
    const connection = trackConnection(undefined, Number.NaN);
    connection.openedAt = Number.NaN;
    const { spans } = await recordCloses([{ connection }], { spanTiming: 'lifetime' });
    expect(spans[0]?.attributes).not.toHaveProperty(['websocket.connection.duration']);
    expect(spans[0]?.attributes).not.toHaveProperty(['websocket.handshake.duration']);
    expect(spans[0]?.attributes['websocket.handshake.succeeded']).toBe(true);
  });

  it.each([
    { millis: 4000, cause: 'close_timeout' },
    { millis: 3999, cause: 'local_close' },
  ])('a close() without an answer for $millis ms is a $cause', async ({ millis, cause }) => {
    const connection = openedConnection();
    // A whole number: from one with a fraction, a sum and a difference can come to less than was added.
    const at = Math.ceil(connection.startedAt);
    connection.closing = { at, by: 'local', code: 1000 };
    const closedAt = at + millis;
    const { spans } = await recordCloses([
      { connection, closedAt, code: 1006, wasClean: false },
      { connection, closedAt, code: 1000 },
    ]);
    expect(spans.map(({ attributes }) => attributes['websocket.close.cause'])).toEqual([
      cause,
      'local_close',
    ]);
  });

  it('tells for how long the device slept', async () => {
    const { spans } = await recordCloses([{ suspendedDuration: 1500 }, {}]);
    expect(spans.map(({ attributes }) => attributes['websocket.suspended_duration'])).toEqual([
      1.5,
      undefined,
    ]);
  });

  it('names a requested code only when another one came', async () => {
    const connection = openedConnection();
    connection.closing = { at: connection.startedAt, by: 'local', code: 4000 };
    const { spans } = await recordCloses([
      { connection, code: 4000 },
      { connection, code: 1006, wasClean: false },
    ]);
    expect(spans.map(({ attributes }) => attributes['websocket.close.requested_code'])).toEqual([
      undefined,
      4000,
    ]);
  });

  it('has the requested reason, redacted, only when another text came', async () => {
    const closes = [
      { asked: 'bye ann@example.com', reason: 'bye ann@example.com' },
      { asked: 'bye ann@example.com', reason: '' },
      { asked: 'bye ann@example.com', reason: 'ok' },
      { asked: 'bye bob@example.com', code: 1006, wasClean: false },
      { asked: '' },
      // An app may pass any value; some runtimes make a text of such a value.
      { asked: { toString: () => expect.fail('a conversion of ours') } as unknown as string },
    ].map(({ asked, ...facts }) => {
      const connection = openedConnection();
      connection.closing = { at: connection.startedAt, by: 'local', code: 4000, reason: asked };
      return { connection, code: 4000, ...facts };
    });
    const redactReason = (reason: string) => reason.replace(/\S+@\S+/, '…');
    const { spans } = await recordCloses(closes, { redactReason });
    expect(spans.map(({ attributes }) => attributes['websocket.close.requested_reason'])).toEqual([
      undefined,
      'bye …',
      'bye …',
      'bye …',
      undefined,
      undefined,
    ]);
    const none = await recordCloses(closes, { redactReason: () => '' });
    expect(JSON.stringify(none.spans.map(({ attributes }) => attributes))).not.toContain('requested_reason');
  });

  it('is named for the template of the user', async () => {
    const { spans } = await recordCloses([{ url: 'ws://h/rooms/7' }], { urlTemplate: () => '/rooms/{id}' });
    expect(spans[0]?.name).toBe('websocket.close /rooms/{id}');
    expect(spans[0]?.attributes['url.template']).toBe('/rooms/{id}');
  });
});

describe('the outcome', () => {
  const failed = () => trackConnection();
  it.each([
    { title: 'a clean 1000', facts: { code: 1000 }, errorType: undefined },
    { title: 'an unclean 1000', facts: { code: 1000, wasClean: false }, errorType: 'remote_close' },
    { title: 'a 1001', facts: { code: 1001 }, errorType: undefined },
    { title: 'a 1005', facts: { code: 1005 }, errorType: undefined },
    { title: 'a protocol error', facts: { code: 1002 }, errorType: 'protocol_error' },
    { title: 'a policy violation', facts: { code: 1008 }, errorType: 'policy' },
    { title: 'an internal error', facts: { code: 1011 }, errorType: 'server_error' },
    { title: 'a restart', facts: { code: 1012 }, errorType: undefined },
    { title: 'overload', facts: { code: 1013 }, errorType: undefined },
    { title: 'a bad gateway', facts: { code: 1014 }, errorType: undefined },
    { title: 'a lost connection', facts: { code: 1006, wasClean: false }, errorType: 'connection_lost' },
    { title: 'a 1006 from the wire', facts: { code: 1006 }, errorType: 'connection_lost' },
    {
      title: 'a reset',
      facts: { code: 1006, wasClean: false, errorCode: 'ECONNRESET' },
      errorType: 'ECONNRESET',
    },
    {
      title: 'a reset after a Close frame',
      facts: { code: 1001, errorCode: 'ECONNRESET' },
      errorType: undefined,
    },
    { title: 'a reserved code', facts: { code: 2000 }, errorType: 'remote_close' },
    { title: 'a library code', facts: { code: 3333 }, errorType: undefined },
    { title: 'an application code', facts: { code: 4401 }, errorType: undefined },
    {
      title: 'a page exit',
      facts: { code: 1001, initiator: 'local' as const, wasClean: false, cause: 'page_exit' as const },
      errorType: undefined,
    },
    {
      title: 'an entry into the back/forward cache',
      facts: { code: 1001, initiator: 'local' as const, wasClean: false, cause: 'bfcache' as const },
      errorType: undefined,
    },
    {
      title: 'a connection lost to sleep',
      facts: { code: 1006, wasClean: false, interruption: 'suspended' as const },
      errorType: undefined,
    },
    {
      title: 'a connection lost with the network',
      facts: { code: 1006, wasClean: false, interruption: 'offline' as const },
      errorType: 'offline',
    },
    {
      title: 'a handshake without network',
      facts: { connection: failed(), code: 1006, wasClean: false, interruption: 'offline' as const },
      errorType: 'offline',
    },
    {
      title: 'a restart while the device was offline',
      facts: { code: 1012, interruption: 'offline' as const },
      errorType: undefined,
    },
    {
      title: 'a refused handshake',
      facts: { connection: failed(), code: 1006, wasClean: false, httpStatusCode: 401 },
      errorType: '401',
    },
    {
      title: 'a handshake with a wrong 101',
      facts: { connection: failed(), code: 1006, wasClean: false, httpStatusCode: 101 },
      errorType: 'handshake_failed',
    },
    {
      title: 'a failed handshake',
      facts: { connection: failed(), code: 1006, wasClean: false },
      errorType: 'handshake_failed',
    },
    {
      title: 'an aborted handshake',
      facts: {
        connection: { ...failed(), closing: { at: 0, by: 'local' as const, code: undefined } },
        code: 1006,
        wasClean: false,
      },
      errorType: undefined,
    },
  ])('of $title is error.type $errorType', async ({ facts, errorType }) => {
    const { spans } = await recordCloses([facts]);
    expect(spans[0]?.attributes['error.type']).toBe(errorType);
    expect(spans[0]?.status).toEqual({ code: errorType ? SpanStatusCode.ERROR : SpanStatusCode.UNSET });
  });

  it('follows the close codes of the user', async () => {
    const closeCodes = { 4401: { name: 'Unauthorized', abnormal: true }, 1008: { abnormal: false } };
    const { spans } = await recordCloses([{ code: 4401 }, { code: 1008 }], { closeCodes });
    expect(spans.map(({ attributes }) => attributes['error.type'])).toEqual(['remote_close', undefined]);
    expect(spans[0]?.attributes['websocket.close.name']).toBe('Unauthorized');
  });

  it('follows isAbnormal over every default', async () => {
    const isAbnormal = ({ code }: CloseRecord) => code === 1000;
    const { spans } = await recordCloses([{ code: 1000 }, { code: 1006, wasClean: false }], { isAbnormal });
    expect(spans.map(({ status }) => status.code)).toEqual([SpanStatusCode.ERROR, SpanStatusCode.UNSET]);
  });
});

describe('hooks', () => {
  const boom = () => {
    throw new Error('boom');
  };
  it('may add to the span before it ends', async () => {
    const { spans } = await recordCloses([{ code: 4001 }], {
      closeHook: (record, span) => span.setAttribute('app.code', record.code),
    });
    expect(spans[0]?.attributes['app.code']).toBe(4001);
  });

  it.each([
    'redactUrl',
    'redactReason',
    'redactSubprotocol',
    'urlTemplate',
    'isAbnormal',
    'closeHook',
  ] as const)('that throw cost one log line: %s', async (name) => {
    const error = vi.fn();
    diag.setLogger({ error, warn() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR);
    const { spans } = await recordCloses([{ reason: 'text', subprotocol: 'chat' }], { [name]: boom });
    expect(spans).toHaveLength(1);
    expect(error).toHaveBeenCalledExactlyOnceWith(
      `closespan: ${name} threw`,
      expect.stringContaining('boom'),
    );
    expect(JSON.stringify(spans[0]?.attributes)).not.toContain('secret');
    // What a hook was to hide stays hidden when it throws.
    if (name === 'redactUrl') expect(spans[0]?.attributes['url.full']).toBe('wss://example.com');
    if (name === 'redactReason') expect(spans[0]?.attributes).not.toHaveProperty(['websocket.close.reason']);
    if (name === 'redactSubprotocol')
      expect(spans[0]?.attributes).not.toHaveProperty(['websocket.subprotocol']);
  });

  it('that reject cost one log line, and are not waited for', async () => {
    const error = vi.fn();
    diag.setLogger({ error, warn() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR);
    const rejection = new Error('no database');
    const { spans } = await recordCloses([{}], { closeHook: () => Promise.reject(rejection) });
    expect(spans).toHaveLength(1);
    expect(error).toHaveBeenCalledExactlyOnceWith(
      'closespan: closeHook threw',
      expect.stringMatching(/^Error\n +at .*recorder\.test/),
    );
  });

  it('are not asked about a URL that is none, and the log does not hold it', async () => {
    const log = vi.fn();
    diag.setLogger({ error: log, warn: log, info: log, debug: log, verbose: log }, DiagLogLevel.ALL);
    const redactUrl = vi.fn(String);
    const { spans } = await recordCloses([{ url: '/chat?token=secret' }], { redactUrl });
    expect(spans).toHaveLength(1);
    expect(redactUrl).not.toHaveBeenCalled();
    expect(inspect(log.mock.calls, { depth: 9 })).not.toContain('secret');
  });

  it('redact the URL, the reason and the subprotocol', async () => {
    const { spans } = await recordCloses(
      [{ url: 'ws://h/rooms/7?a=1', reason: 'user 7', subprotocol: 'v1.7' }],
      {
        redactUrl: ({ origin }) => `${origin}/rooms/*`,
        redactReason: (reason) => reason.replace(/\d/, '#'),
        redactSubprotocol: (subprotocol) => subprotocol.replace('.7', ''),
      },
    );
    expect(spans[0]?.attributes).toMatchObject({
      'url.full': 'ws://h/rooms/*',
      'url.path': '/rooms/*',
      'websocket.close.reason': 'user #',
      'websocket.subprotocol': 'v1',
    });
  });
});

describe('metrics', () => {
  it('count closes and measure connections and handshakes in seconds', async () => {
    const connection = openedConnection();
    const closedAt = connection.startedAt + 2000;
    const { points } = await recordCloses([
      { connection, closedAt },
      { kind: 'server', code: 1011 },
      { connection: trackConnection(), code: 1006, wasClean: false, httpStatusCode: 503 },
    ]);
    expect(points['websocket.client.closes']).toHaveLength(2);
    expect(points['websocket.client.closes']?.[0]).toMatchObject({
      value: 1,
      attributes: {
        'websocket.close.code': 1000,
        'websocket.close.name': 'Normal Closure',
        'websocket.close.category': 'normal',
        'websocket.close.cause': 'remote_close',
        'websocket.close.initiator': 'remote',
        'websocket.close.was_clean': true,
        'websocket.handshake.succeeded': true,
        'server.address': 'example.com',
        'server.port': 443,
      },
    });
    expect(points['websocket.client.closes']?.[1]?.attributes).toMatchObject({
      'error.type': '503',
      'websocket.handshake.succeeded': false,
    });
    expect(points['websocket.server.closes']?.[0]?.attributes).toMatchObject({
      'error.type': 'server_error',
    });
    expect(points['websocket.client.connection.duration']?.[0]).toMatchObject({
      value: { count: 1, sum: expect.closeTo(2) },
    });
    expect(points['websocket.client.handshake.duration']?.[1]?.attributes).toEqual({
      'error.type': '503',
      'http.response.status_code': 503,
      'server.address': 'example.com',
      'server.port': 443,
    });
    expect(points['websocket.telemetry.records']?.[0]).toMatchObject({
      attributes: { outcome: 'exported' },
      value: 3,
    });
  });

  it('of a handshake do not have the error of a later close', async () => {
    const { points } = await recordCloses([{ code: 1011 }]);
    expect(points['websocket.client.connection.duration']?.[0]?.attributes).toHaveProperty(['error.type']);
    expect(points['websocket.client.handshake.duration']?.[0]?.attributes).toEqual({
      'server.address': 'example.com',
      'server.port': 443,
    });
  });

  it('measure a handshake that a server refused, and nothing more', async () => {
    const hooked: unknown[] = [];
    const { points, spans } = await recordCloses(
      [{ kind: 'server', connection: trackConnection(), code: 1006, wasClean: false, httpStatusCode: 403 }],
      { closeHook: (record) => hooked.push(record) },
    );
    expect(Object.keys(points)).toEqual(['websocket.server.handshake.duration']);
    expect(points['websocket.server.handshake.duration']).toMatchObject([
      { value: { count: 1 }, attributes: { 'error.type': '403', 'http.response.status_code': 403 } },
    ]);
    expect([spans, hooked]).toEqual([[], []]);
  });

  it('do not call exported what the sampler drops', async () => {
    const tracerProvider = new BasicTracerProvider({ sampler: new AlwaysOffSampler() });
    const { points } = await recordCloses([{ code: 1000 }], { tracerProvider });
    expect(points['websocket.client.closes']).toHaveLength(1);
    expect(points['websocket.telemetry.records']).toBeUndefined();
  });

  it('count closes that come together by all of their labels', async () => {
    const others = [
      { code: 1001 },
      { kind: 'server' as const },
      { url: 'wss://example.com/other' },
      { url: 'wss://example.com:444/chat' },
      { url: 'wss://example.org/chat' },
      { initiator: 'local' as const },
      { cause: 'policy' as const },
      { wasClean: false },
    ];
    const { points } = await recordCloses([{}, ...others, {}, {}], {
      urlTemplate: ({ pathname }) => pathname,
    });
    const { 'websocket.client.closes': client, 'websocket.server.closes': server } = points;
    expect(client?.map(({ value }) => value)).toEqual([3, ...Array(others.length - 1).fill(1)]);
    expect(server?.map(({ value }) => value)).toEqual([1]);
  });

  it('keep codes and hosts that peers choose within bounds', async () => {
    const closes = Array.from({ length: 200 }, (_, index) => ({
      kind: 'server' as const,
      code: 4000 + index,
      url: `ws://host-${index}/`,
    }));
    const { points, spans } = await recordCloses(closes);
    expect(points['websocket.server.closes']).toHaveLength(51);
    expect(new Set(spans.map(({ attributes }) => attributes['websocket.close.code'])).size).toBe(200);
  });

  it('keep the ports that clients put into a Host within bounds, and have no host without a name', async () => {
    const closes = Array.from({ length: 200 }, (_, index) => ({
      kind: 'server' as const,
      url: index ? `ws://chat.example:${index}/` : '/no-host',
    }));
    const { points } = await recordCloses(closes);
    for (const name of ['closes', 'connection.duration', 'handshake.duration']) {
      const places = points[`websocket.server.${name}`]?.map(({ attributes }) => [
        Reflect.get(attributes, 'server.address'),
        Reflect.get(attributes, 'server.port'),
      ]);
      expect(places).toHaveLength(51);
      expect(places).toContainEqual([undefined, undefined]);
      expect(places).toContainEqual(['chat.example', 1]);
      expect(places).not.toContainEqual(['', undefined]);
    }
  });
});

function millis(duration: readonly [number, number] = [0, 0]): number {
  return duration[0] * 1000 + duration[1] / 1e6;
}
