import { instrumentWebSockets, type WebSocketHandle } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connectAndClose, startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

let status: number;
let body: string;
let lines: string[];
let receiver: OtlpReceiver;
let server: WsServer;
let handle: WebSocketHandle;
beforeEach(async () => {
  lines = [];
  body = '{}';
  const note = (...args: unknown[]) => lines.push(args.join(' '));
  diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
  vi.stubEnv('OTEL_METRIC_EXPORT_INTERVAL', '20');
  // A minute is no test's to wait for.
  vi.useFakeTimers({ toFake: ['performance'] });
  receiver = await startOtlpReceiver({ status: () => status, body: () => body });
  server = await startWsServer();
  handle = instrumentWebSockets({ otlp: { url: receiver.url } });
});
afterEach(async () => {
  await handle.shutdown({ timeout: 1000 });
  await server.close();
  await receiver.close();
  vi.useRealTimers();
  diag.disable();
  vi.unstubAllEnvs();
});

/** Sends a number of batches, one after the other. */
async function sendBatches(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await connectAndClose(server.url);
    await handle.forceFlush();
  }
}
/** The lines about one signal, without what differs by chance. */
const linesOf = (signal: string) =>
  lines
    .filter((line) => line.includes(`export of ${signal}`))
    .map((line) => line.replace(/\d+ (times|more)/, 'N $1').replace(/, \d+ lost/, ', N lost'));

it.each([400, 401, 404, 413, 500])(
  'has one line when a refusal by %i begins, one a minute, and one when it ends',
  async (refusal) => {
    status = refusal;
    await sendBatches(10);
    for (const signal of ['spans', 'metrics']) {
      expect(linesOf(signal)).toEqual([`closespan: export of ${signal} fails: status ${refusal}`]);
    }
    vi.advanceTimersByTime(60_000);
    await sendBatches(3);
    vi.advanceTimersByTime(60_000);
    await sendBatches(3);
    status = 200;
    await sendBatches(3);
    for (const signal of ['spans', 'metrics']) {
      const lost = signal === 'spans' ? ', N lost' : '';
      expect(linesOf(signal)).toEqual([
        `closespan: export of ${signal} fails: status ${refusal}`,
        `closespan: export of ${signal} failed N times more${lost}: status ${refusal}`,
        `closespan: export of ${signal} failed N times more${lost}: status ${refusal}`,
        `closespan: export of ${signal} works again, after N more failures${lost}`,
      ]);
    }
    expect(lines).toHaveLength(8);
  },
);

it.each([400, 413])('has the number of all lost spans at the end, with a refusal by %i', async (refusal) => {
  status = refusal;
  await sendBatches(10);
  await handle.shutdown({ timeout: 5000 });
  expect(lines.filter((line) => line.includes('spans'))).toEqual([
    `closespan: export of spans fails: status ${refusal}`,
    // A close of the client, and one of the server.
    'closespan: export of spans ends, 20 lost',
  ]);
});

it('has the number of all rejected spans at the end', async () => {
  status = 200;
  body = '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}';
  await sendBatches(10);
  await handle.shutdown({ timeout: 5000 });
  expect(lines.filter((line) => line.includes('spans'))).toEqual([
    'closespan: export of spans fails: 1 rejected, too old',
    'closespan: export of spans ends, 10 lost',
  ]);
});

it('has one line when nothing arrives, however often the app flushes', async () => {
  status = 429;
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '1');
  await handle.shutdown({ timeout: 1 });
  lines.length = 0;
  handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  await sendBatches(10);
  expect(linesOf('spans')).toHaveLength(1);
  expect(lines.filter((line) => line.includes('nothing arrives'))).toHaveLength(1);
});

it('has one line of plain text, whatever text a collector sends', async () => {
  status = 200;
  const errorMessage = 'no\n2026-11-29 FATAL made up \u001b[2J\u202e';
  body = JSON.stringify({ partialSuccess: { rejectedSpans: '1', rejectedDataPoints: '1', errorMessage } });
  await sendBatches(1);
  expect(linesOf('spans')).toEqual([
    'closespan: export of spans fails: 1 rejected, no 2026-11-29 FATAL made up  [2J ',
  ]);
});

it.each(['1e308', '9007199254740993', 1e300])(
  'has no more rejected items than were sent, where a collector says %s',
  async (count) => {
    status = 200;
    body = JSON.stringify({ partialSuccess: { rejectedSpans: count, rejectedDataPoints: count } });
    await sendBatches(1);
    expect(linesOf('spans')).toEqual(['closespan: export of spans fails: 2 rejected, without a reason']);
    expect(linesOf('metrics')).toEqual([
      expect.stringMatching(/^closespan: export of metrics fails: \d{1,2} rejected, without a reason$/),
    ]);
  },
);

it('has one line when a part of each batch is rejected', async () => {
  status = 200;
  body = '{"partialSuccess":{"rejectedSpans":"1","rejectedDataPoints":"1","errorMessage":"too old"}}';
  await sendBatches(10);
  expect(linesOf('spans')).toEqual(['closespan: export of spans fails: 1 rejected, too old']);
  expect(lines).toHaveLength(2);
});

it.each([
  '',
  'not JSON',
  '{"partialSuccess":{}}',
  '[]',
  'null',
  '{"partialSuccess":{"rejectedSpans":"many"}}',
])('has no line where the response to a success is %o', async (text) => {
  status = 200;
  body = text;
  await sendBatches(3);
  expect(lines).toEqual([]);
});
