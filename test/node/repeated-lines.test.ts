import { connect } from 'node:net';
import { instrumentWebSockets, type NodeWebSocketOptions, type WebSocketHandle } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { DiagLogLevel, diag, type TracerProvider } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connectAndClose, startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

const throws = () => {
  throw new Error('no');
};
const sdk = new BasicTracerProvider();
const provider = (parts: object): TracerProvider =>
  Object.assign({ getTracer: (name: string) => sdk.getTracer(name) }, parts);

let lines: string[];
let server: WsServer;
let receiver: OtlpReceiver;
let handle: WebSocketHandle | undefined;
beforeEach(async () => {
  lines = [];
  const note = (line: string) => lines.push(line);
  diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
  // A minute is no test's to wait for.
  vi.useFakeTimers({ toFake: ['performance'] });
  [server, receiver] = await Promise.all([startWsServer(), startOtlpReceiver()]);
});
afterEach(async () => {
  await handle?.shutdown({ timeout: 1000 });
  await Promise.all([server.close(), receiver.close()]);
  vi.useRealTimers();
  diag.disable();
});

async function closeOften(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    await connectAndClose(server.url, (socket) => socket.close(1000, 'bye'));
    await handle?.forceFlush();
  }
}

it.each<{ what: string; line: string; options: NodeWebSocketOptions }>([
  { what: 'urlTemplate throws', line: 'urlTemplate threw', options: { urlTemplate: throws } },
  { what: 'redactUrl throws', line: 'redactUrl threw', options: { redactUrl: throws } },
  { what: 'redactReason throws', line: 'redactReason threw', options: { redactReason: throws } },
  { what: 'closeHook throws', line: 'closeHook threw', options: { closeHook: throws } },
  {
    what: 'isAbnormal returns a text',
    line: 'isAbnormal returned no boolean',
    options: { isAbnormal: () => 'yes' as never },
  },
  {
    what: 'metricAttributes returns a number',
    line: 'metricAttributes returned no object',
    options: { metricAttributes: () => 1 as never },
  },
  {
    what: 'the sampler throws',
    line: 'sampler threw',
    options: { sampler: { shouldSample: throws, toString: () => 'bad' } },
  },
  {
    what: 'a provider throws',
    line: 'tracerProvider threw',
    options: { tracerProvider: provider({ getTracer: throws }) },
  },
  {
    what: 'a tracer throws',
    line: 'tracer threw',
    options: { tracerProvider: provider({ getTracer: () => ({ startSpan: throws }) }) },
  },
  {
    what: 'a flush of a provider fails',
    line: 'flush failed',
    options: { tracerProvider: provider({ forceFlush: () => Promise.reject(new Error('no')) }) },
  },
])('costs a line a minute, however many connections end, where $what', async ({ line, options }) => {
  handle = instrumentWebSockets({ otlp: { url: receiver.url }, ...options });
  const told = () => lines.filter((one) => one.includes(line)).map((one) => one.replace(/\d+/, 'N'));
  await closeOften();
  const first = told();
  // The parts of closespan that call the same hook have a line each.
  expect(new Set(first)).toEqual(new Set([`closespan: ${line}`]));
  expect(first.length).toBeLessThanOrEqual(2);
  vi.advanceTimersByTime(60_000);
  await closeOften();
  expect(told().slice(first.length)).toContain(`closespan: ${line}, N times more`);
  expect(told().length).toBeLessThanOrEqual(2 * first.length);
});

it('lets each start begin anew', async () => {
  const options = { otlp: { url: receiver.url }, redactUrl: throws };
  for (let i = 0; i < 2; i++) {
    handle = instrumentWebSockets(options);
    await closeOften();
    await handle.shutdown();
  }
  expect(lines).toEqual(Array.from({ length: 2 }, () => 'closespan: redactUrl threw'));
});

it('lets a peer choose no number of lines by a path that a hook cannot decode', async () => {
  handle = instrumentWebSockets({
    otlp: { url: receiver.url },
    redactUrl: ({ href }) => decodeURIComponent(href),
  });
  const { port } = new URL(server.url);
  for (let i = 0; i < 20; i++) {
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      'GET /%E0%A4%A HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    await new Promise((resolve) => socket.once('data', resolve));
    await new Promise((resolve) => socket.on('close', resolve).destroy());
  }
  await handle.forceFlush();
  expect(lines).toEqual(['closespan: redactUrl threw']);
});
