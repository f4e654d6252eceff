import type { CloseRecord } from '@closespan/core';
import { instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { defineHooks } from 'crossws';
import crossws from 'crossws/adapters/uws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StubApp } from './stub-of-u-web-sockets.ts';

let handle: NodeWebSocketHandle;
let records: CloseRecord[];
let hooked: (object | undefined)[];
beforeEach(() => {
  records = [];
  hooked = [];
  handle = instrumentWebSockets({
    otlp: false,
    messages: true,
    closeHook(record, _span, socket) {
      records.push(record);
      hooked.push(socket);
    },
  });
});
afterEach(() => handle.shutdown());

async function lines(): Promise<string[]> {
  await handle.forceFlush();
  return records.map(closeLine);
}

const ENDINGS: readonly [string, (app: StubApp, path: string) => void, string][] = [
  ['end', (app) => app.message('end 4000 bye'), '4000 clean local local_close'],
  ['end without a code', (app) => app.message('end'), '1005 clean local local_close'],
  ['close', (app) => app.message('close'), '1006 unclean local local_terminate error=local_terminate'],
  ['a Close frame', (app) => app.end(4001, 'bye'), '4001 clean remote remote_close reason=bye'],
  ['FIN', (app) => app.end(1006, ''), '1006 unclean none connection_lost error=connection_lost'],
  [
    'silence',
    (app) => app.end(1006, 'WebSocket timed out from inactivity'),
    '1006 unclean local idle_timeout error=idle_timeout',
  ],
  [
    'a large message',
    (app) => app.end(1006, 'Received too big message'),
    '1006 unclean local message_too_big error=message_too_big',
  ],
  [
    'a bad frame',
    (app) => app.end(1006, 'Received invalid WebSocket frame'),
    '1006 unclean local protocol_error error=protocol_error',
  ],
];

it.each(ENDINGS)('records the end of a connection of uWebSockets.js by %s', async (_name, end, expected) => {
  const ends: unknown[][] = [];
  const app = new StubApp(
    handle.observeHandlers({
      idleTimeout: 12,
      upgrade(res, req, context) {
        const key = req.getHeader('sec-websocket-key');
        res.upgrade({ user: 1 }, key, '', '', context);
      },
      open(socket) {
        handle.note(socket, { attributes: { 'app.x': 1 } });
      },
      message(socket, message, isBinary) {
        expect(isBinary).toBe(false);
        const [what, code, reason] = Buffer.from(message).toString().split(' ');
        if (what === 'close') socket.close();
        if (what === 'end') socket.end(code === undefined ? undefined : Number(code), reason);
      },
      close(_socket, code, message) {
        ends.push([code, Buffer.from(message).toString()]);
      },
    }),
  );
  const socket = await app.connect('/chat', 'dGhlIHNhbXBsZSBub25jZQ==');
  end(app, '/chat');
  expect(ends).toHaveLength(1);
  expect(await lines()).toEqual([`/chat server ${expected}`]);
  expect(hooked).toEqual([socket]);
  expect(records[0]?.furtherAttributes).toMatchObject({ 'app.x': 1 });
  expect(records[0]?.connectionId).toBe('7468652073616d70');
  expect(records[0]?.handshakeDuration).toBeGreaterThanOrEqual(0);
  // The bytes of a reason are valid only within the handler.
  if (records[0]?.cause === 'idle_timeout')
    expect(records[0].furtherAttributes).toMatchObject({ 'websocket.close.limit': 12 });
});

it.each([
  ['a message', ['say hello'], 5],
  ['messages and a topic', ['say hello', 'topic'], undefined],
  ['a message in parts', ['part hello'], undefined],
])('counts what the app of uWebSockets.js sends, if all is seen: %s', async (_name, texts, size) => {
  const app = new StubApp(
    handle.observeHandlers({
      message(socket, message) {
        const [what, text = ''] = Buffer.from(message).toString().split(' ');
        if (what === 'say') socket.send(text);
        if (what === 'topic') socket.subscribe('news');
        if (what === 'part') socket.sendFirstFragment(text);
      },
    }),
  );
  await app.connect('/chat', 'dGhlIHNhbXBsZSBub25jZQ==');
  for (const text of texts) app.message(text);
  app.end(4001, '');
  await lines();
  expect(records[0]?.furtherAttributes?.['websocket.message.sent.size']).toBe(size);
});

describe('crossws on uWebSockets.js', () => {
  const hooks = () =>
    defineHooks({
      open: (peer) => handle.note(peer, { attributes: { 'app.x': 1 } }),
      message(peer, message) {
        const [what, code, reason] = message.text().split(' ');
        if (what === 'close') peer.terminate();
        if (what === 'end') peer.close(code === undefined ? undefined : Number(code), reason);
      },
    });

  /** Ways to pass the handlers on. */
  const WAYS: Readonly<Record<string, () => object>> = {
    hooks: () => crossws({ hooks: handle.observeHandlers(hooks()) }).websocket,
    'the object websocket': () => handle.observeHandlers(crossws({ hooks: hooks() }).websocket),
    both: () => handle.observeHandlers(crossws({ hooks: handle.observeHandlers(hooks()) }).websocket),
  };
  /** crossws gives its hooks the name of a type in the place of a reason. */
  const withoutReason = (expected: string) =>
    expected
      .replace('local idle_timeout error=idle_timeout', 'none connection_lost error=connection_lost')
      .replace('local message_too_big error=message_too_big', 'none connection_lost error=connection_lost')
      .replace('local protocol_error error=protocol_error', 'none connection_lost error=connection_lost')
      .replace(' reason=bye', '');

  it.each(
    Object.keys(WAYS).flatMap((way) =>
      ENDINGS.map(([name, end, expected]) => [way, name, end, expected] as const),
    ),
  )('through %s: records the end by %s', async (way, _name, end, expected) => {
    const app = new StubApp(WAYS[way]?.() ?? {});
    await app.connect('/chat', 'dGhlIHNhbXBsZSBub25jZQ==');
    end(app, '/chat');
    expect(await lines()).toEqual([`/chat server ${way === 'hooks' ? withoutReason(expected) : expected}`]);
    expect(records[0]?.furtherAttributes).toMatchObject({ 'app.x': 1 });
    expect(records[0]?.connectionId).toBe('7468652073616d70');
  });
});
