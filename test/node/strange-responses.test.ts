import { instrumentWebSockets } from '@closespan/node';
import { startOtlpReceiver } from '@closespan/testing';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, expect, it } from 'vitest';
import { connectAndClose, startWsServer } from '../helpers/start-ws-server.ts';

afterEach(() => diag.disable());

it.each([
  '{"partialSuccess":{"rejectedSpans":{"valueOf":1,"toString":1}}}',
  '{"partialSuccess":{"rejectedSpans":1,"errorMessage":{"toString":1}}}',
  '{"partialSuccess":{"rejectedSpans":[[1]],"errorMessage":[[{"toString":null}]]}}',
  '{"partialSuccess":{"rejectedDataPoints":1,"errorMessage":{"toString":1}}}',
])('a collector that responds with %s neither stops exports nor the app', async (body) => {
  const lines: string[] = [];
  const note = (...args: unknown[]) => lines.push(args.join(' '));
  diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
  const receiver = await startOtlpReceiver({ body: () => body });
  const server = await startWsServer();
  const handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  for (const count of [2, 4]) {
    await connectAndClose(server.url);
    await handle.forceFlush();
    expect(receiver.spans).toHaveLength(count);
  }
  await handle.shutdown();
  await server.close();
  await receiver.close();
  expect(lines.filter((line) => !/rejected, without a reason|ends, \d+ lost/.test(line))).toEqual([]);
});

it('no more spans count as dropped than were sent, whatever number a collector responds with', async () => {
  diag.setLogger({ error() {}, warn() {}, info() {}, debug() {}, verbose() {} });
  const receiver = await startOtlpReceiver({
    body: () => '{"partialSuccess":{"rejectedSpans":"9007199254740991"}}',
  });
  const server = await startWsServer();
  const handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  await connectAndClose(server.url);
  await handle.shutdown();
  await server.close();
  await receiver.close();
  const dropped = receiver.points.filter(({ attributes }) => attributes['outcome'] === 'dropped');
  expect(dropped.map(({ value }) => value)).toEqual([2]);
});
