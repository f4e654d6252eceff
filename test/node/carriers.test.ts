import { once } from 'node:events';
import { connect } from 'node:net';
import {
  type CarrierName,
  instrumentWebSockets,
  type NodeWebSocketOptions,
  type WebSocketHandle,
} from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { propagation } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

const ID = '00f067aa0ba902b7';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = 'b7ad6b7169203331';
const CARRIED = `${ID}.00-${TRACE}-${SPAN}-01`;
/** Of the key below. */
const KEY_ID = '746865207361';

let server: WsServer;
let receiver: OtlpReceiver;
let handle: WebSocketHandle | undefined;

beforeEach(async () => {
  [server, receiver] = await Promise.all([startWsServer((peer) => peer.close(1000)), startOtlpReceiver()]);
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
});
afterEach(async () => {
  await handle?.shutdown();
  handle = undefined;
  propagation.disable();
  await Promise.all([server.close(), receiver.close()]);
});

const instrument = (options: NodeWebSocketOptions) => {
  handle = instrumentWebSockets({ otlp: { url: receiver.url }, ...options });
};

/** Sends an upgrade request as text; resolves to the head of the response once the connection has ended. */
async function upgrade(target: string, ...headers: string[]): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  const lines = [
    `GET ${target} HTTP/1.1`,
    'Host: chat.test',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  let response = '';
  socket.on('data', (chunk) => {
    response += chunk.toString('latin1');
    if (response.includes('\r\n\r\n')) socket.destroy();
  });
  await once(socket, 'close');
  await server.idle();
  return response.split('\r\n\r\n', 1)[0] as string;
}
const protocols = (list: string) => `Sec-WebSocket-Protocol: ${list}`;

/** The span of the server. The client of `upgrade()` may have one, too. */
async function onlySpan() {
  await handle?.forceFlush();
  const spans = receiver.spans.filter(({ kind }) => kind === 2);
  expect(spans).toHaveLength(1);
  return spans[0];
}

describe('a server', () => {
  it.each<[string, CarrierName[], string, string[]]>([
    ['the query', ['query'], `/chat?closespan=${CARRIED}&room=7`, []],
    ['a subprotocol', ['subprotocol'], '/chat', [protocols(`chat, closespan.${CARRIED}`)]],
    ['one of both', ['query', 'subprotocol'], `/chat?room=7&closespan=${CARRIED}`, [protocols('chat')]],
    [
      'the query, over a header',
      ['query'],
      `/chat?closespan=${CARRIED}`,
      [`traceparent: 00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`],
    ],
  ])('takes id and context from %s', async (_title, carriers, target, headers) => {
    instrument({ acceptCarriers: carriers, ignoreUrls: ['closespan'] });
    await upgrade(target, ...headers);
    expect(await onlySpan()).toMatchObject({
      attributes: { 'websocket.connection.id': ID, 'url.full': 'ws://chat.test/chat' },
      links: [{ traceId: TRACE, spanId: SPAN, attributes: { 'websocket.link.type': 'creation' } }],
    });
  });

  it('looks nowhere by default', async () => {
    const before = await upgrade(`/chat?closespan=${CARRIED}`, protocols(`closespan.${CARRIED}`));
    instrument({});
    expect(await upgrade(`/chat?closespan=${CARRIED}`, protocols(`closespan.${CARRIED}`))).toBe(before);
    const span = await onlySpan();
    expect(span?.links).toEqual([]);
    expect(span?.attributes['websocket.connection.id']).toMatch(KEY_ID);
    expect(span?.attributes).not.toHaveProperty(['websocket.subprotocol']);
  });

  it.each([
    ['closespan='],
    ['closespan=%00'],
    [`closespan=${ID.toUpperCase()}`],
    [`closespan=${'0'.repeat(16)}.`],
    [`closespan=${'&closespan='.repeat(500)}`],
    [`closespan=${'f'.repeat(8000)}`],
    ['xclosespan=1'],
  ])('takes nothing from what is nothing: ?%s', async (query) => {
    const before = await upgrade(`/chat?${query}`);
    instrument({ acceptCarriers: ['query', 'subprotocol'] });
    expect(await upgrade(`/chat?${query}`)).toBe(before);
    const span = await onlySpan();
    expect(span?.links).toEqual([]);
    expect(span?.attributes['websocket.connection.id']).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([
    ['chat', 'chat'],
    ['chat,  soap', 'chat,  soap'],
    [`closespan.${ID}.${'-'.repeat(4000)}, chat`, 'chat'],
    ['closespan., chat, closespan.x', 'chat'],
    ['', ''],
    [', chat', ', chat'],
    ['chat, chat', 'chat, chat'],
  ])('selects and refuses as before, offered: %s', async (offered, rest) => {
    const before = await upgrade('/chat', protocols(rest));
    instrument({ acceptCarriers: ['query', 'subprotocol'] });
    expect(await upgrade('/chat', protocols(offered))).toBe(before);
  });
});
