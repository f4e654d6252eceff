import { explainClose } from '@closespan/core/explain';
import { instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connectAndClose, startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

let server: WsServer;
let receiver: OtlpReceiver;
let handle: NodeWebSocketHandle | undefined;
beforeEach(async () => {
  [server, receiver] = await Promise.all([
    startWsServer((peer) => peer.on('message', (code) => end(peer, Number(code)))),
    startOtlpReceiver(),
  ]);
});
afterEach(async () => {
  await handle?.shutdown();
  await Promise.all([server.close(), receiver.close()]);
});

function end(peer: { close(code: number): void; terminate(): void }, code: number): void {
  if (code === 1006) peer.terminate();
  else peer.close(code);
}

async function spansOf(code: number): Promise<readonly ReceivedSpan[]> {
  await connectAndClose(server.url, (socket) => socket.send(String(code)));
  await vi.waitUntil(async () => {
    await handle?.forceFlush();
    return receiver.spans.length === 2;
  });
  return receiver.spans;
}

it.each([1006, 1008, 1011])(
  'an abnormal close with %i has a status whose message says what happened',
  async (code) => {
    handle = instrumentWebSockets({ otlp: { url: receiver.url } });
    for (const { attributes, statusCode, statusMessage } of await spansOf(code)) {
      expect(statusCode).toBe(2);
      expect(statusMessage).toBe(explainClose(attributes).sentence);
      expect(statusMessage?.length).toBeLessThanOrEqual(120);
    }
  },
);

it('a normal close has a status without a message', async () => {
  handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  for (const { statusCode, statusMessage } of await spansOf(1000)) {
    expect([statusCode, statusMessage]).toEqual([0, undefined]);
  }
});

it('a close that `isAbnormal` makes an error has a message, also with a hook', async () => {
  handle = instrumentWebSockets({ otlp: { url: receiver.url }, isAbnormal: () => true, closeHook() {} });
  const messages = (await spansOf(1000)).map(({ statusMessage }) => statusMessage);
  expect(messages.sort()).toEqual([
    'The peer closed: 1000 (Normal Closure).',
    'This end closed: 1000 (Normal Closure).',
  ]);
});

it('a tracer provider of the app gets the message, too', async () => {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  handle = instrumentWebSockets({ tracerProvider });
  await connectAndClose(server.url, (socket) => socket.send('1011'));
  await server.idle();
  await handle.forceFlush();
  const statuses = exporter.getFinishedSpans().map(({ status }) => status);
  expect(statuses.length).toBeGreaterThan(0);
  for (const { code, message } of statuses) {
    expect(code).toBe(2);
    expect(message).toMatch(/ closed because of a failure: 1011 \(Internal Error\)\.$/);
  }
});
