import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  type ClosespanReceiver,
  createCloseStore,
  createPageHandler,
  receivedPoints,
  startClosespanReceiver,
} from 'closespan/receiver';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closeSpanOf } from './close-spans.ts';
import { attribute, send } from './otlp-requests.ts';

const store = createCloseStore();
let receiver: ClosespanReceiver;
beforeEach(async () => {
  receiver = await startClosespanReceiver({ port: 0, host: '', store, serve: createPageHandler(store) });
});
afterEach(() => receiver.close());

/** Number of open connections of many paths, as metrics count them. */
function openPoints(series: number): ReturnType<typeof receivedPoints> {
  const dataPoints = Array.from({ length: series }, (_, index) => ({
    timeUnixNano: '1700000000000000000',
    asInt: '1',
    attributes: [attribute('url.path', `/${index}/${'x'.repeat(200)}`)],
  }));
  const metrics = [{ name: 'websocket.server.connection.active', sum: { dataPoints } }];
  return receivedPoints({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });
}

/** Returns the next event of a stream. */
async function nextEvent(
  lines: AsyncIterator<string, undefined>,
): Promise<{ closes: unknown[]; open?: unknown[] }> {
  for (;;) {
    const { value = '', done } = await lines.next();
    if (done) throw new Error('The stream has ended');
    if (value.startsWith('data: ')) return JSON.parse(value.slice(6));
  }
}

it('listens on this machine alone if the host is empty', () => {
  expect(receiver.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

it('takes requests for its own address, however the option spells the address', async () => {
  const long = await startClosespanReceiver({ port: 0, host: '0:0:0:0:0:0:0:1', store });
  expect(long.url).toContain('[::1]');
  expect((await send(`${long.url}/v1/traces`, { 'content-type': 'application/json' }, '{}')).status).toBe(
    200,
  );
  await long.close();
});

it('sends what is open once, although it is more than a stream holds back', async () => {
  store.addPoints(openPoints(500));
  const { body } = await fetch(`${receiver.url}/events`);
  // The receiver ends the stream at the end of the test.
  const stream = Readable.fromWeb(body as never).on('error', () => {});
  const reader = createInterface(stream);
  const lines = reader[Symbol.asyncIterator]() as AsyncIterator<string, undefined>;
  expect((await nextEvent(lines)).open).toHaveLength(500);
  store.addSpans([closeSpanOf()]);
  const { closes, open } = await nextEvent(lines);
  expect(closes).toHaveLength(1);
  expect(open).toBeUndefined();
  reader.close();
});

it('exports what the store keeps', async () => {
  store.addSpans([closeSpanOf({ reason: 'bye' })]);
  const response = await send(`${receiver.url}/export.json`, {}, '', 'GET');
  const { closespan, closes, outages, forgotten } = JSON.parse(`${response.body}`);
  expect([closespan, closes.length, outages, forgotten]).toEqual([1, store.closes.length, [], 0]);
  expect(closes).toEqual(JSON.parse(JSON.stringify(store.closes)));
});

it('exports to a slow reader no closes that were forgotten meanwhile', async () => {
  const small = createCloseStore({ count: 100 });
  const other = await startClosespanReceiver({ port: 0, store: small, serve: createPageHandler(small) });
  const attributes = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`key.${index}`, 'x'.repeat(4096)]),
  );
  const add = () => small.addSpans(Array.from({ length: 100 }, () => closeSpanOf({ attributes })));
  add();
  const response = await new Promise<IncomingMessage>((resolve) => get(`${other.url}/export.json`, resolve));
  // The system buffers a few MB of 25.
  add();
  const { closes } = JSON.parse(await text(response));
  expect(closes.length).toBeGreaterThan(0);
  expect(closes.length).toBeLessThan(100);
  expect(closes.map(({ number }: { number: number }) => number)).toEqual(
    closes.map((_: unknown, i: number) => i + 1),
  );
  await other.close();
});

it('serves readers after a connection that asked for many streams at once', async () => {
  const { port } = new URL(receiver.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(40));
  await once(socket, 'data');
  socket.destroy();
  const statusOf = async () => {
    const { status, body } = await fetch(`${receiver.url}/events`);
    await body?.cancel();
    return status;
  };
  await expect.poll(statusOf).toBe(200);
});

it('gives one export at a time to a connection', async () => {
  const { port } = new URL(receiver.url);
  const socket = connect(Number(port), '127.0.0.1');
  const request = (rest = '') => `GET /export.json HTTP/1.1\r\nhost: localhost\r\n${rest}\r\n`;
  socket.end(request() + request('connection: close\r\n'));
  const statuses = (await text(socket)).match(/(?<=^HTTP\/1\.1 )\d+/gm);
  expect(statuses).toEqual(['200', '503']);
});

it.each(['cross-site', 'same-site'])('gives closes to no request that is %s', async (site) => {
  const statusOf = async (path: string) =>
    (await send(`${receiver.url}${path}`, { 'sec-fetch-site': site }, '', 'GET')).status;
  // A link may lead to the page, which itself is no secret.
  expect([await statusOf('/export.json'), await statusOf('/events'), await statusOf('/')]).toEqual([
    403, 403, 200,
  ]);
});
