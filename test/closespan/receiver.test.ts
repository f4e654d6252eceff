import { connect } from 'node:net';
import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';
import { type ClosespanReceiver, ListenError, startClosespanReceiver } from 'closespan/receiver';
import protos from 'otlp-protos/build/src/generated/root.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeSpan, JSON_TYPE, PROTOBUF_TYPE, send, tracesOf } from './otlp-requests.ts';

let receiver: ClosespanReceiver;
beforeAll(async () => {
  receiver = await startClosespanReceiver({
    port: 0,
    serve({ url }, response) {
      if (url === '/page') response.end('page');
      return url === '/page';
    },
  });
});
afterAll(() => receiver.close());

const pack = { gzip: promisify(gzip), deflate: promisify(deflate) };
let spans = 0;

/** Body of a request with a close that no other test sends. */
function newBody(): { id: string; body: object } {
  const id = (++spans).toString(16).padStart(16, '0');
  return { id, body: tracesOf([closeSpan(id)]) };
}

/** Encodes by OpenTelemetry's proto files. */
function toProtobuf(body: object): Buffer {
  const type = Reflect.get(protos, 'opentelemetry').proto.collector.trace.v1.ExportTraceServiceRequest;
  const json = JSON.parse(JSON.stringify(body), (key, value) =>
    /^(trace|span)Id$/.test(key) ? Buffer.from(value, 'hex').toString('base64') : value,
  );
  return Buffer.from(type.encode(type.fromObject(json)).finish());
}

describe('an export request', () => {
  it.each([
    ['JSON', JSON_TYPE, toJson, '{}'],
    ['JSON with a charset', { 'content-type': 'Application/JSON; charset=utf-8' }, toJson, '{}'],
    ['protobuf', PROTOBUF_TYPE, toProtobuf, ''],
  ])('in %s is taken plain, with gzip and with deflate', async (_, headers, encode, expected) => {
    for (const encoding of ['', 'gzip', 'deflate'] as const) {
      const { id, body } = newBody();
      const bytes = encoding ? await pack[encoding](encode(body)) : encode(body);
      const response = await send(
        `${receiver.url}/v1/traces`,
        { ...headers, 'content-encoding': encoding },
        bytes,
      );
      expect([response.status, String(response.body)]).toEqual([200, expected]);
      expect(response.headers['content-type']).toBe(headers['content-type'].toLowerCase().split(';')[0]);
      const { span } = receiver.store.closes.at(-1) ?? {};
      expect(span).toMatchObject({
        ...{ spanId: id, traceId: '0af7651916cd43dd8448eb211c80319c', name: 'websocket.close', kind: 3 },
        ...{ startTime: 1_700_000_000_000, endTime: 1_700_000_060_000, statusCode: 0 },
        ...{ attributes: { 'websocket.close.code': 1006 }, resource: { 'service.name': 'shop' } },
        scope: { name: 'closespan', version: '1.2.3' },
      });
    }
  });

  it.each(['metrics', 'logs'])('for %s is taken', async (signal) => {
    const [json, protobuf] = await Promise.all([
      send(`${receiver.url}/v1/${signal}`, JSON_TYPE, '{}'),
      send(`${receiver.url}/v1/${signal}?key=1`, PROTOBUF_TYPE, Buffer.alloc(0)),
    ]);
    expect([json.status, String(json.body)]).toEqual([200, '{}']);
    expect([protobuf.status, protobuf.body.length]).toEqual([200, 0]);
  });

  it('for logs is taken without a look at its values, up to the limit of a body', async () => {
    const deep = await send(`${receiver.url}/v1/logs`, JSON_TYPE, '['.repeat(1000));
    const broken = { ...JSON_TYPE, 'content-encoding': 'gzip' };
    const gzip = await send(`${receiver.url}/v1/logs`, broken, '{}');
    expect([deep.status, gzip.status]).toEqual([200, 400]);
  });

  it.each([
    ['with GET', '/v1/traces', 'GET', JSON_TYPE, '', 405],
    ['to another path', '/', 'POST', JSON_TYPE, '{}', 404],
    ['of another type', '/v1/traces', 'POST', { 'content-type': 'text/plain' }, '{}', 415],
    ['without a type', '/v1/traces', 'POST', {}, '{}', 415],
    ['of another encoding', '/v1/traces', 'POST', { ...JSON_TYPE, 'content-encoding': 'br' }, '{}', 415],
    ['with broken gzip', '/v1/traces', 'POST', { ...JSON_TYPE, 'content-encoding': 'gzip' }, '{}', 400],
    ['with broken JSON', '/v1/traces', 'POST', JSON_TYPE, '{"resourceSpans":[', 400],
    ['with JSON that is no object', '/v1/traces', 'POST', JSON_TYPE, '[]', 400],
  ])('%s gets a status of OTLP', async (_, path, method, headers, body, status) => {
    const response = await send(`${receiver.url}${path}`, headers, body, method);
    expect(response.status).toBe(status);
    expect(response.headers['content-type']).toBe('application/json');
    expect(JSON.parse(String(response.body))).toEqual({
      code: expect.any(Number),
      message: expect.stringMatching(/^[A-Z].*[^.]$/),
    });
    if (status === 405) expect(response.headers.allow).toBe('POST, OPTIONS');
  });

  it('with broken protobuf gets a status in protobuf, and nothing of its body is kept', async () => {
    const whole = toProtobuf(newBody().body);
    const before = receiver.store.closes.length;
    for (const body of [
      whole.subarray(0, -1),
      Buffer.concat([whole, Buffer.from([0x0f])]),
      Buffer.from('{}'),
    ]) {
      const response = await send(`${receiver.url}/v1/traces`, PROTOBUF_TYPE, body);
      expect([response.status, response.headers['content-type']]).toEqual([400, 'application/x-protobuf']);
      const status = response.body;
      expect([...status.subarray(0, 3)]).toEqual([0x08, 3, 0x12]);
      expect(String(status.subarray(4))).toBe('The body is no valid protobuf of OTLP');
      expect(status[3]).toBe(status.length - 4);
    }
    expect(receiver.store.closes.length).toBe(before);
  });
});

describe('a page', () => {
  it.each(['http://localhost:3000', 'https://localhost', 'http://127.0.0.1:5173', 'http://[::1]:8080'])(
    'of %s may send',
    async (origin) => {
      const preflight = await send(
        `${receiver.url}/v1/traces`,
        {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,x-key',
          'access-control-request-private-network': 'true',
        },
        '',
        'OPTIONS',
      );
      expect(preflight.status).toBe(204);
      expect(preflight.headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-headers': 'content-type,x-key',
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-private-network': 'true',
        vary: 'Origin',
      });
      const response = await send(`${receiver.url}/v1/traces`, { ...JSON_TYPE, origin }, '{}');
      expect([response.status, response.headers['access-control-allow-origin']]).toEqual([200, origin]);
    },
  );

  it.each([
    'https://example.com',
    'http://localhost.example.com',
    'http://localhost@example.com',
    'http://192.0.2.1:3000',
    'null',
    'file://',
    'http://localhost:3000/path',
    'chrome-extension://localhost',
  ])('of %s may not', async (origin) => {
    for (const method of ['OPTIONS', 'POST', 'GET']) {
      const response = await send(`${receiver.url}/v1/traces`, { ...JSON_TYPE, origin }, '', method);
      expect([response.status, response.headers['access-control-allow-origin']]).toEqual([403, undefined]);
    }
  });
});

describe('a request', () => {
  const hostOf = () => new URL(receiver.url).host;

  it.each(['localhost:1', 'LOCALHOST', '127.0.0.1', '[::1]:4318'])(
    'for the host %s is served',
    async (host) => {
      const response = await send(`${receiver.url}/page`, { host }, '', 'GET');
      expect([response.status, String(response.body)]).toEqual([200, 'page']);
    },
  );

  it.each([
    'rebound.example.com',
    'localhost.example.com:4318',
    '127.0.0.1.example.com',
    '192.0.2.1',
    'user@localhost',
    'a b',
  ])('for the host %s is refused, as a page that rebinds its name would send it', async (host) => {
    for (const [path, method] of [
      ['/page', 'GET'],
      ['/v1/traces', 'POST'],
      ['/v1/traces', 'OPTIONS'],
    ] as const)
      expect((await send(receiver.url + path, { ...JSON_TYPE, host }, '', method)).status).toBe(403);
  });

  it('without a host is refused', async () => {
    const socket = connect(Number(new URL(receiver.url).port), '127.0.0.1');
    socket.write('GET /page HTTP/1.0\r\n\r\n');
    let text = '';
    for await (const chunk of socket) text += chunk;
    expect(text).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('that nobody serves gets 404', async () => {
    const { status } = await send(`${receiver.url}/other`, { host: hostOf() }, '', 'GET');
    expect(status).toBe(404);
  });
});

describe('a receiver with another host', () => {
  it.each([
    [
      '0.0.0.0',
      ['192.0.2.1:4318', 'closespan:4318', 'host.docker.internal'],
      ['example.com', 'a.example.local.com'],
    ],
    ['127.0.0.2', ['127.0.0.2', 'localhost'], ['127.0.0.3', 'closespan']],
  ])('%s takes requests for it', async (host, allowed, refused) => {
    const other = await startClosespanReceiver({ port: 0, host });
    const statusOf = async (asked: string) =>
      (await send(`${other.url}/v1/traces`, { ...JSON_TYPE, host: asked }, '{}')).status;
    expect(await Promise.all(allowed.map(statusOf))).toEqual(allowed.map(() => 200));
    expect(await Promise.all(refused.map(statusOf))).toEqual(refused.map(() => 403));
    await other.close();
  });

  it('that is taken or not of this machine fails with an error that says so', async () => {
    const port = Number(new URL(receiver.url).port);
    const taken = await startClosespanReceiver({ port }).catch((error: unknown) => error);
    expect(taken).toBeInstanceOf(ListenError);
    expect(taken).toMatchObject({
      ...{ code: 'EADDRINUSE', port, host: '127.0.0.1' },
      message: `Port ${port} of 127.0.0.1 is taken by another program`,
    });
    await expect(startClosespanReceiver({ port: 0, host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
    });
  });
});

function toJson(body: object): Buffer {
  return Buffer.from(JSON.stringify(body));
}
