import { instrumentWebSockets } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connectAndClose, startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

let server: WsServer;
let receiver: OtlpReceiver;
const log = vi.fn(() => {
  throw new Error('this logger is broken');
});

beforeEach(async () => {
  [server, receiver] = await Promise.all([startWsServer(), startOtlpReceiver()]);
  const quiet = () => {};
  diag.setLogger({ error: log, warn: log, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.ALL);
});
afterEach(async () => {
  diag.disable();
  log.mockClear();
  await Promise.all([server.close(), receiver.close()]);
});

it('sends each close although hooks throw and the logger of the app throws, too', async () => {
  const throws = () => {
    throw new Error('this hook is broken');
  };
  const handle = instrumentWebSockets({
    otlp: { url: receiver.url },
    urlTemplate: throws,
    redactUrl: throws,
    closeHook: throws,
    isAbnormal: () => 'no boolean' as never,
  });
  await connectAndClose(server.url);
  await handle.shutdown();
  expect(log.mock.calls.length).toBeGreaterThan(4);
  expect(receiver.spans).toHaveLength(2);
});

it('lets shutdown() resolve although the logger throws at the line about what is lost', async () => {
  const url = receiver.url;
  await receiver.close();
  const handle = instrumentWebSockets({ otlp: { url } });
  await connectAndClose(server.url);
  await expect(handle.forceFlush()).resolves.toBeUndefined();
  await expect(handle.shutdown({ timeout: 500 })).resolves.toBeUndefined();
  expect(log).toHaveBeenCalled();
});
