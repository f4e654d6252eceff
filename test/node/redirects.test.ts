import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { instrumentWebSockets, type WebSocketHandle } from '@closespan/node';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

let server: WsServer;
let receiver: OtlpReceiver;
const gates: ReturnType<typeof createServer>[] = [];
let handle: WebSocketHandle | undefined;

beforeEach(async () => {
  [server, receiver] = await Promise.all([startWsServer(), startOtlpReceiver()]);
});
afterEach(async () => {
  await handle?.shutdown();
  handle = undefined;
  propagation.disable();
  context.disable();
  for (const gate of gates.splice(0)) gate.close();
  await Promise.all([server.close(), receiver.close()]);
});

const instrument = () => {
  handle = instrumentWebSockets({ otlp: { url: receiver.url } });
};

/** Starts a server that responds to each handshake with the same lines. */
async function startGate(...lines: string[]): Promise<string> {
  const gate = createServer().on('upgrade', (_request, socket) => {
    socket.end([...lines, 'Content-Length: 0', 'Connection: close', '', ''].join('\r\n'));
  });
  gates.push(gate.listen(0, '127.0.0.1'));
  await once(gate, 'listening');
  return `ws://127.0.0.1:${(gate.address() as AddressInfo).port}/old`;
}
const redirectTo = (url: string) => startGate('HTTP/1.1 302 Found', `Location: ${url}`);
const closed = (socket: WebSocket) => new Promise((resolve) => socket.on('close', resolve));

describe('a ws client that is redirected', () => {
  it('shares its id with the server that it ends at', async () => {
    instrument();
    const socket = new WebSocket(await redirectTo(`${server.url}/new`), { followRedirects: true });
    await once(socket, 'open');
    expect(Object.getOwnPropertyDescriptor(socket, '_req')).toMatchObject({ value: null, writable: true });
    socket.close(1000);
    await closed(socket);
    await server.idle();
    await handle?.forceFlush();
    expect(receiver.spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/new', '/new']);
    const [id, other] = receiver.spans.map(({ attributes }) => attributes['websocket.connection.id']);
    expect(other).toBe(id);
  });

  it('carries its context to the server that it ends at', async () => {
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    instrument();
    const url = await redirectTo(`${server.url}/new`);
    const app = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
    const socket = context.with(
      trace.setSpanContext(context.active(), app),
      () => new WebSocket(url, { followRedirects: true }),
    );
    await once(socket, 'open');
    socket.close(1000);
    await closed(socket);
    await server.idle();
    await handle?.forceFlush();
    expect(receiver.spans.map(({ links }) => links[0])).toMatchObject(
      [app, app].map(({ spanId }) => ({ spanId })),
    );
  });

  it('looks as before when it is open, and across a shutdown while it connects', async () => {
    const url = await redirectTo(`${server.url}/new`);
    const look = async () => {
      const socket = new WebSocket(url, { followRedirects: true });
      const aborted = new WebSocket(url, { followRedirects: true }).on('error', () => {});
      aborted.close();
      const opened = once(socket, 'open');
      await Promise.all([once(socket, 'redirect'), closed(aborted)]);
      await handle?.shutdown();
      await opened;
      socket.close();
      await closed(socket);
      return [socket, aborted].map((one) => [
        Reflect.ownKeys(one).map(String).sort(),
        Object.keys(Object.getOwnPropertyDescriptor(one, '_req') ?? {}),
      ]);
    };
    const before = await look();
    instrument();
    expect(await look()).toEqual(before);
    instrument();
    await handle?.shutdown();
    expect(Object.hasOwn(WebSocket.prototype, '_req')).toBe(false);
  });

  it('tells the status that the last server refused it with', async () => {
    instrument();
    const url = await redirectTo(await startGate('HTTP/1.1 401 Unauthorized'));
    await closed(new WebSocket(url, { followRedirects: true }).on('error', () => {}));
    await handle?.forceFlush();
    expect(receiver.spans.map(closeLine)).toEqual([
      '/old client 1006 unclean none handshake_rejected status=401 error=401',
    ]);
  });
});
