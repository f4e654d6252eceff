import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instrumentWebSockets, type NodeWebSocketOptions, type WebSocketHandle } from '@closespan/node';
import { type OtlpReceiver, type OtlpReceiverOptions, startOtlpReceiver } from '@closespan/testing';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { selfSign } from '../helpers/self-sign.ts';
import { connectAndClose, startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

// What `OTEL_EXPORTER_OTLP_*` say to the exporters of OpenTelemetry's SDK, they say to the built-in pipeline.

const folder = mkdtempSync(join(tmpdir(), 'closespan-tls-'));
const [own, client, other] = [selfSign(), selfSign(), selfSign()];
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const CA = file('ca.pem', own.cert);
const OTHER_CA = file('other.pem', other.cert);
const CLIENT_CERT = file('client.pem', client.cert);
const CLIENT_KEY = file('client.key', client.key);
/** A receiver that asks its clients for a certificate. */
const MUTUAL = { ...own, ca: client.cert, requestCert: true, rejectUnauthorized: true };
afterAll(() => rmSync(folder, { recursive: true }));

let server: WsServer;
beforeAll(async () => {
  server = await startWsServer();
});
afterAll(() => server.close());

let lines: string[];
let receivers: OtlpReceiver[];
let handle: WebSocketHandle | undefined;
beforeEach(() => {
  [lines, receivers, handle] = [[], [], undefined];
  const note = (...args: unknown[]) => lines.push(args.join(' '));
  diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
});
afterEach(async () => {
  await handle?.shutdown({ timeout: 500 });
  for (const receiver of receivers) await receiver.close();
  vi.unstubAllEnvs();
  diag.disable();
});

async function receive(options: OtlpReceiverOptions = {}): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver(options);
  receivers.push(receiver);
  return receiver;
}

/** Records a connection with variables `OTEL_EXPORTER_OTLP_*`, named by what follows this prefix. */
async function send(variables: Readonly<Record<string, string>>, options: NodeWebSocketOptions = {}) {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(`OTEL_EXPORTER_OTLP_${name}`, value);
  handle = instrumentWebSockets(options);
  await connectAndClose(server.url);
  await handle.forceFlush();
}

const paths = ({ requests }: OtlpReceiver) => requests.map(({ path }) => path).sort();
const BOTH = ['/v1/metrics', '/v1/traces'];

describe('TLS', () => {
  it('trusts the certificate of _CERTIFICATE', async () => {
    const receiver = await receive({ tls: own });
    await send({ ENDPOINT: receiver.url, CERTIFICATE: CA });
    expect(paths(receiver)).toEqual(BOTH);
    expect(lines).toEqual([]);
  });

  it('trusts it where the address comes from an option', async () => {
    const receiver = await receive({ tls: own });
    await send({ CERTIFICATE: CA }, { otlp: { url: receiver.url } });
    expect(paths(receiver)).toEqual(BOTH);
  });

  it('reads a relative path from the working directory', async () => {
    const receiver = await receive({ tls: own });
    await send({ ENDPOINT: receiver.url, CERTIFICATE: join('..', '..', '..', '..', '..', '..', CA) });
    expect(paths(receiver)).toEqual(BOTH);
  });

  it('trusts another certificate for each signal', async () => {
    const [traces, metrics] = [await receive({ tls: own }), await receive({ tls: other })];
    await send({
      TRACES_ENDPOINT: `${traces.url}/v1/traces`,
      METRICS_ENDPOINT: `${metrics.url}/v1/metrics`,
      CERTIFICATE: OTHER_CA,
      TRACES_CERTIFICATE: CA,
    });
    expect([paths(traces), paths(metrics)]).toEqual([['/v1/traces'], ['/v1/metrics']]);
  });

  it.each(['', 'TRACES_'])('shows the certificate of _%sCLIENT_CERTIFICATE', async (signal) => {
    const receiver = await receive({ tls: MUTUAL });
    await send({
      ENDPOINT: receiver.url,
      CERTIFICATE: CA,
      [`${signal}CLIENT_CERTIFICATE`]: CLIENT_CERT,
      [`${signal}CLIENT_KEY`]: CLIENT_KEY,
    });
    expect(paths(receiver)).toEqual(signal ? ['/v1/traces'] : BOTH);
  });

  it('sends nothing to a receiver that nobody vouches for, and says so once for each signal', async () => {
    const receiver = await receive({ tls: own });
    await send({ ENDPOINT: receiver.url, CERTIFICATE: OTHER_CA });
    expect(receiver.requests).toEqual([]);
    expect(lines.filter((line) => line.includes('DEPTH_ZERO_SELF_SIGNED_CERT'))).toHaveLength(2);
  });

  it('reads the files again after a failure, since they may have been renewed', async () => {
    const receiver = await receive({ tls: own });
    const renewed = file('renewed.pem', other.cert);
    await send({ ENDPOINT: receiver.url, CERTIFICATE: renewed });
    expect(receiver.requests).toEqual([]);
    writeFileSync(renewed, own.cert);
    await handle?.forceFlush();
    expect(receiver.spans).toHaveLength(2);
  });

  it('costs no process and no close where a file holds no certificate', async () => {
    const receiver = await receive({ tls: own });
    const broken = file('broken.pem', 'no certificate');
    await send({ ENDPOINT: receiver.url, CERTIFICATE: CA, CLIENT_CERTIFICATE: broken, CLIENT_KEY: broken });
    expect(receiver.requests).toEqual([]);
    writeFileSync(broken, client.cert + client.key);
    await handle?.forceFlush();
    expect(receiver.spans).toHaveLength(2);
  });

  it.each(['CERTIFICATE', 'CLIENT_CERTIFICATE', 'CLIENT_KEY'])(
    'says once that the file of _%s cannot be read, and goes on',
    async (variable) => {
      const receiver = await receive();
      await send({ ENDPOINT: receiver.url, [variable]: join(folder, 'missing.pem') });
      expect(paths(receiver)).toEqual(BOTH);
      expect(lines).toEqual([`closespan: OTEL_EXPORTER_OTLP_${variable} ignored, its file cannot be read`]);
    },
  );

  const PIPE = join(folder, 'pipe');
  beforeAll(() => void execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', PIPE]));

  it.each([PIPE, '/dev/zero', folder])(
    'reads no certificate from %s, which has no end or is no file',
    async (path) => {
      const receiver = await receive();
      await send({ ENDPOINT: receiver.url, CERTIFICATE: path });
      expect(paths(receiver)).toEqual(BOTH);
      expect(lines).toEqual(['closespan: OTEL_EXPORTER_OTLP_CERTIFICATE ignored, its file cannot be read']);
    },
  );
});

describe('addresses', () => {
  it.each(['', '/', '/otlp', '/otlp/', '/a/b'])(
    'appends the path of each signal to a base with %o',
    async (path) => {
      const receiver = await receive();
      await send({ ENDPOINT: receiver.url + path });
      const base = path.replace(/\/$/, '');
      expect(paths(receiver)).toEqual(BOTH.map((signal) => base + signal));
    },
  );

  it('takes the address of a signal as it is', async () => {
    const receiver = await receive();
    await send({
      ENDPOINT: 'http://127.0.0.1:1',
      TRACES_ENDPOINT: `${receiver.url}/spans`,
      METRICS_ENDPOINT: receiver.url,
    });
    expect(paths(receiver)).toEqual(['/', '/spans']);
  });

  it.each(['ENDPOINT', 'TRACES_ENDPOINT', 'METRICS_ENDPOINT'])(
    'shows no secret of a _%s that is no address',
    async (variable) => {
      const receiver = await receive();
      await send({
        ENDPOINT: receiver.url,
        [variable]: 'http://user:hunter2@collector:99999/?token=hunter2',
      });
      expect(lines.join('\n')).not.toContain('hunter2');
      expect(lines.filter((line) => line.includes('ENDPOINT'))).toEqual([
        `closespan: OTEL_EXPORTER_OTLP_${variable} ignored, it is no address of HTTP`,
      ]);
    },
  );

  it.each(['collector:4318', 'grpc://collector:4317', 'unix:/run/otlp', 'file:///etc/passwd'])(
    'says once that %s is no address of HTTP',
    async (address) => {
      const receiver = await receive();
      await send({
        METRICS_ENDPOINT: `${receiver.url}/m`,
        TRACES_ENDPOINT: `${receiver.url}/t`,
        ENDPOINT: address,
      });
      expect(paths(receiver)).toEqual(['/m', '/t']);
      expect(lines).toEqual([`closespan: OTEL_EXPORTER_OTLP_ENDPOINT ignored, it is no address of HTTP`]);
    },
  );
});

describe('headers', () => {
  it('are those of both variables, of which that of the signal wins, and those of the option before all', async () => {
    const receiver = await receive();
    await send(
      {
        HEADERS: 'a=1,b=1,c=1,encoded=x%20y',
        TRACES_HEADERS: 'b=2, c = 2 ',
        METRICS_HEADERS: 'b=3',
      },
      { otlp: { url: receiver.url, headers: { c: '9' } } },
    );
    const received = Object.fromEntries(
      receiver.requests.map(({ path, headers: { a, b, c, encoded } }) => [path, { a, b, c, encoded }]),
    );
    expect(received).toEqual({
      '/v1/traces': { a: '1', b: '2', c: '9', encoded: 'x y' },
      '/v1/metrics': { a: '1', b: '3', c: '9', encoded: 'x y' },
    });
  });

  it.each([
    ['a line feed', 'authorization=hunter2%0a'],
    ['a colon in the place of the =', 'authorization: Basic aHVudGVyMg hunter2==,good=1'],
    ['a blank in a name', 'authorization hunter2=1'],
    ['a name that is no text of HTTP', 'é=hunter2'],
    ['a length of its own', 'x=hunter2,Content-Length=5'],
    ['an encoding of its own', 'x=hunter2,transfer-encoding=chunked'],
  ])('with %s are ignored, and the line shows none of them', async (_what, headers) => {
    const receiver = await receive();
    await send({ ENDPOINT: receiver.url, HEADERS: headers });
    expect(receiver.spans).toHaveLength(2);
    expect(JSON.stringify(receiver.requests)).not.toContain('hunter2');
    expect(lines).toEqual([
      'closespan: OTEL_EXPORTER_OTLP_HEADERS ignored, one of its headers is none that a request may have',
    ]);
  });
});

describe('compression', () => {
  it.each([
    { variables: { COMPRESSION: 'gzip' }, gzipped: BOTH },
    { variables: { TRACES_COMPRESSION: 'gzip' }, gzipped: ['/v1/traces'] },
    { variables: { COMPRESSION: 'gzip', METRICS_COMPRESSION: 'none' }, gzipped: ['/v1/traces'] },
    { variables: { COMPRESSION: 'none' }, gzipped: [] },
  ])('is that of $variables', async ({ variables, gzipped }) => {
    const receiver = await receive();
    await send({ ENDPOINT: receiver.url, ...variables });
    expect(paths(receiver)).toEqual(BOTH);
    expect(receiver.spans).toHaveLength(2);
    const zipped = receiver.requests.filter(({ headers }) => headers['content-encoding'] === 'gzip');
    expect(zipped.map(({ path }) => path).sort()).toEqual(gzipped);
  });
});

describe('timeouts', () => {
  it.each([
    { variables: { TIMEOUT: '200' }, late: BOTH },
    { variables: { TIMEOUT: '9000', TRACES_TIMEOUT: '200' }, late: ['/v1/traces'] },
    { variables: { TIMEOUT: '200', METRICS_TIMEOUT: '9000' }, late: ['/v1/traces'] },
  ])('are those of $variables', async ({ variables, late }) => {
    const receiver = await receive({ delay: 900 });
    await send({ ENDPOINT: receiver.url, ...variables });
    const failed = lines.filter((line) => line.includes('no response in time')).join();
    expect([failed.includes('metrics'), failed.includes('spans')]).toEqual(
      BOTH.map((path) => late.includes(path)),
    );
  });
});

it.each([
  ['COMPRESSION', 'zstd'],
  ['TRACES_COMPRESSION', 'deflate'],
  ['TIMEOUT', 'soon'],
  ['TIMEOUT', '-1'],
  ['METRICS_TIMEOUT', '0'],
])('says once that _%s=%s is not known, and goes on', async (variable, value) => {
  const receiver = await receive();
  await send({ ENDPOINT: receiver.url, [variable]: value });
  expect(paths(receiver)).toEqual(BOTH);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`OTEL_EXPORTER_OTLP_${variable}`);
});
