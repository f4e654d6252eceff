import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { instrumentWebSockets, type WebSocketHandle } from '@closespan/node';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connectAndClose, startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

/** What the collector does with the first response; it takes all others. */
let hang: (response: ServerResponse) => void;
let ids: Set<string>;
let arrived: number;
let server: WsServer;
let handle: WebSocketHandle;
const collector = createServer(async (request, response) => {
  const body = JSON.parse(String(await buffer(request)));
  if (request.url !== '/v1/traces') {
    response.end('{}');
    return;
  }
  if (arrived++ === 0) {
    hang(response);
    return;
  }
  for (const { spanId } of body.resourceSpans[0].scopeSpans[0].spans) ids.add(spanId);
  response.end('{}');
});

beforeEach(async () => {
  [ids, arrived] = [new Set(), 0];
  // Far beyond the time of the test.
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '2147483647');
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  server = await startWsServer();
  const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  handle = instrumentWebSockets({ otlp: { url } });
});
afterEach(async () => {
  await handle.shutdown({ timeout: 500 });
  await server.close();
  collector.closeAllConnections();
  collector.close();
  await once(collector, 'close');
  vi.unstubAllEnvs();
});

it.each([
  { name: 'nothing', act: () => {} },
  {
    name: 'a header for ever',
    act: (response: ServerResponse) => response.socket?.write('HTTP/1.1 200 OK\r\nx'),
  },
  { name: '102 for ever', act: (response: ServerResponse) => response.writeProcessing() },
])('of one batch, at which the collector sends $name, blocks no other', async ({ act }) => {
  hang = act;
  // Two closes each: two batches and more.
  for (let i = 0; i < 12; i++)
    await Promise.all(Array.from({ length: 50 }, () => connectAndClose(server.url)));
  void handle.forceFlush({ timeout: 1 });
  await expect.poll(() => ids.size, { timeout: 20_000 }).toBeGreaterThanOrEqual(1200 - 512);
});

it('is sent again once when its time is up, and arrives', async () => {
  await handle.shutdown();
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '300');
  hang = () => {};
  handle = instrumentWebSockets({
    otlp: { url: `http://127.0.0.1:${(collector.address() as AddressInfo).port}` },
  });
  await connectAndClose(server.url);
  await handle.forceFlush();
  expect(ids.size).toBe(0);
  await handle.forceFlush();
  expect(ids.size).toBe(2);
});

it('whose status says that it arrived is not sent again, whatever becomes of the body', async () => {
  hang = (response) => response.writeHead(200).write('{');
  await connectAndClose(server.url);
  await handle.forceFlush();
  await handle.forceFlush();
  expect(arrived).toBe(1);
});

it('fails at a flood of interim responses, and arrives later', async () => {
  hang = (response) => {
    for (let i = 0; i < 100; i++) response.writeProcessing();
  };
  await connectAndClose(server.url);
  await handle.forceFlush();
  expect(ids.size).toBe(0);
  await handle.forceFlush();
  expect(ids.size).toBe(2);
});
