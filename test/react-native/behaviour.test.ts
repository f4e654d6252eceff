import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acceptSockets } from '../helpers/accept-sockets.ts';
import { VERSIONS } from './bundle-react-native.ts';
import { type App, startApp } from './start-app.ts';

const server = createServer();
const { events, terminate } = acceptSockets(server);
let url: string;
let receiver: OtlpReceiver;
let headers: IncomingHttpHeaders[];
let targets: (string | undefined)[];

server.on('upgrade', (request) => {
  headers.push(request.headers);
  targets.push(request.url);
});

beforeEach(async () => {
  headers = [];
  targets = [];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  terminate();
  server.closeAllConnections();
  server.close();
  await receiver.close();
});

const happened = (socket: WebSocket, type: string) =>
  new Promise((resolve) => socket.addEventListener(type, resolve));

describe.each(VERSIONS)('with React Native %s', (version) => {
  /** What an app sees of a connection. */
  async function seen(app: App): Promise<unknown> {
    return app.run(`(async () => {
      const seen = [WebSocket.name, WebSocket.length, WebSocket.CONNECTING, WebSocket.OPEN, WebSocket.CLOSED];
      class Chat extends WebSocket { hello() { return 'hello'; } }
      const socket = new Chat('${url}/echo', ['a', 'b'], { headers: { authorization: 'Bearer 7' } });
      seen.push(socket instanceof WebSocket, socket instanceof Chat, socket.constructor === Chat, socket.hello());
      seen.push(Object.keys(socket).sort(), socket.url, socket.readyState, typeof socket.onclose);
      for (const type of ['open', 'message', 'error', 'close'])
        socket['on' + type] = (event) =>
          seen.push([event.type, event.isTrusted, event.code, event.reason, event.wasClean, event.data, socket.readyState]);
      await new Promise((resolve) => socket.addEventListener('open', resolve));
      socket.send('hi');
      await new Promise((resolve) => socket.addEventListener('message', resolve));
      socket.close({ valueOf: () => seen.push('asked') }, 7);
      await new Promise((resolve) => socket.addEventListener('close', resolve));
      try { new WebSocket(); } catch (error) { seen.push(String(error)); }
      return JSON.stringify([...seen, socket.readyState, socket.protocol]);
    })()`);
  }

  it('an app sees what it sees without closespan', async () => {
    const bare = await seen(await startApp(version, 'ios'));
    const app = await startApp(version, 'ios');
    const before = app.scope.WebSocket;
    const handle = app.closespan.instrumentWebSockets({ otlp: { url: receiver.url }, messages: true });
    expect(await seen(app)).toBe(bare);
    expect(headers.map(({ authorization }) => authorization)).toEqual(['Bearer 7', 'Bearer 7']);
    await handle.shutdown();
    expect(receiver.spans.map(closeLine)).toContain('/echo client 1000 clean local local_close');
    expect(receiver.spans[0]?.attributes).toMatchObject({
      'websocket.message.sent.count': 1,
      'websocket.message.received.size': 2,
    });
    expect(app.scope.WebSocket).toBe(before);
  });
});

it('iOS: a socket that is closed while it connects is aborted', async () => {
  const app = await startApp('0.88', 'ios');
  const handle = app.closespan.instrumentWebSockets({ otlp: { url: receiver.url } });
  const socket = new app.scope.WebSocket(`${url}/hang`);
  const asked = once(events, 'open');
  await asked;
  socket.close();
  await happened(socket, 'close');
  await handle.shutdown();
  expect(receiver.spans.map(closeLine)).toEqual([
    '/hang client 1006 unclean local aborted_connecting reported_code=0',
  ]);
});

it('Android: a close() while the socket connects changes nothing, so the record is of the later end', async () => {
  const app = await startApp('0.88', 'android');
  const handle = app.closespan.instrumentWebSockets({ otlp: { url: receiver.url } });
  const socket = new app.scope.WebSocket(`${url}/server/1011`);
  socket.close();
  await happened(socket, 'close');
  await handle.shutdown();
  expect(receiver.spans.map(closeLine)).toEqual([
    '/server/1011 client 1011 clean remote server_error reason=from server error=server_error',
  ]);
});

it('Android: send() after close() ends the socket, which the app has closed', async () => {
  const app = await startApp('0.88', 'android');
  const handle = app.closespan.instrumentWebSockets({ otlp: { url: receiver.url } });
  const socket = new app.scope.WebSocket(`${url}/deaf`);
  await happened(socket, 'open');
  socket.close(4000);
  socket.send('late');
  await handle.shutdown();
  expect(receiver.spans.map(closeLine)).toEqual([
    '/deaf client 1006 unclean local local_close requested_code=4000 error=local_close',
  ]);
  expect(receiver.spans[0]?.attributes['websocket.native.message']).toBe('client is null');
});

it('iOS: a close() without a response of the peer is recorded after a minute', async () => {
  const minute: (() => void)[] = [];
  const app = await startApp('0.88', 'ios', {
    setTimeout: (run: () => void, millis = 0) =>
      millis === 60_000 ? minute.push(run) : setTimeout(run, millis),
  });
  const handle = app.closespan.instrumentWebSockets({ otlp: { url: receiver.url } });
  const socket = new app.scope.WebSocket(`${url}/deaf`);
  await happened(socket, 'open');
  socket.close(4000);
  socket.close(4001);
  expect(minute).toHaveLength(1);
  minute[0]?.();
  await handle.shutdown();
  expect(receiver.spans.map(closeLine)).toEqual([
    '/deaf client 1006 unclean local local_close synthetic requested_code=4000 error=local_close',
  ]);
});

it('events that a script makes, and that do not fit, end nothing', async () => {
  const app = await startApp('0.88', 'ios');
  const handle = app.closespan.instrumentWebSockets({ otlp: { url: receiver.url } });
  const socket = new app.scope.WebSocket(`${url}/echo`);
  await happened(socket, 'open');
  app.run(
    'globalThis.fake = (socket) => { for (const event of [{ type: "close", code: 1000, target: socket }]) try { socket.dispatchEvent(event); } catch {} }',
  );
  (app.scope as unknown as { fake(socket: object): void }).fake(socket);
  socket.close(4000);
  await happened(socket, 'close');
  await handle.shutdown();
  expect(receiver.spans.map(closeLine)).toEqual(['/echo client 4000 clean local local_close']);
});

it('hides the secrets of URLs in native texts, and asks redactReason', async () => {
  const app = await startApp('0.88', 'android');
  const handle = app.closespan.instrumentWebSockets({
    otlp: { url: receiver.url },
    redactReason: (text) => text.replace('ann', 'REDACTED'),
  });
  const { native } = app.scope as unknown as { native: { webSockets: { connect: unknown } } };
  const texts = [
    'failed to GET wss://bob:secret@chat.example.com/ann?token=secret#secret today',
    `x${'é'.repeat(5000)}`,
    7,
  ];
  const sockets = texts.map((message) => {
    native.webSockets.connect = (_url: string, _protocols: unknown, _options: unknown, id: number) =>
      setTimeout(() => app.emit('websocketFailed', { id, message }));
    return new app.scope.WebSocket('wss://chat.example.com');
  });
  await Promise.all(sockets.map((socket) => happened(socket, 'close')));
  await handle.shutdown();
  const messages = receiver.spans.map(({ attributes }) => attributes['websocket.native.message']);
  expect(messages).toContain('failed to GET wss://chat.example.com/REDACTED today');
  expect(messages.every((message) => String(message).length <= 256)).toBe(true);
  expect(receiver.spans).toHaveLength(3);
  expect(JSON.stringify(receiver.spans)).not.toContain('secret');
});

it('joins both ends by a carrier, names URLs and marks reconnects', async () => {
  const app = await startApp('0.88', 'ios');
  const { instrumentWebSockets, queryCarrier } = app.closespan;
  const handle = instrumentWebSockets({
    otlp: { url: receiver.url },
    carrier: queryCarrier({ propagateTo: [url] }),
    urlTemplate: ({ pathname }) => pathname.replace(/\d+/, '{code}'),
    redactUrl: (address) => {
      address.searchParams.delete('token');
      return address.href;
    },
    closeCodes: { 4000: { name: 'Kicked', abnormal: true } },
  });
  for (const _ of ['first', 'again']) {
    const socket = new app.scope.WebSocket(`${url}/server/4000?token=secret`);
    handle.note(socket, { attributes: { 'app.room': 'lobby' } });
    await happened(socket, 'close');
  }
  await handle.shutdown();
  const closes = receiver.spans.filter(({ name }) => name.startsWith('websocket.close'));
  expect(closes[0]).toMatchObject({
    name: 'websocket.close /server/{code}',
    attributes: {
      'websocket.close.name': 'Kicked',
      'app.room': 'lobby',
      'url.full': `${url}/server/4000`,
    },
  });
  expect(targets[0]).toBe(
    `/server/4000?token=secret&closespan=${closes[0]?.attributes['websocket.connection.id']}`,
  );
  expect(closes[1]?.attributes['websocket.reconnect.attempt']).toBe(1);
  expect(receiver.spans.map(({ name }) => name)).toContain('websocket.reconnect /server/{code}');
  expect(JSON.stringify(receiver.spans)).not.toContain('secret');
});

it('a sampler leaves out normal closes, and the hook gets the socket of the app', async () => {
  const app = await startApp('0.88', 'ios');
  const { AbnormalCloseSampler, WebSocketInstrumentation } = app.closespan;
  const hooked: unknown[] = [];
  const instrumentation = new WebSocketInstrumentation({
    enabled: true,
    otlp: { url: receiver.url },
    sampler: new AbnormalCloseSampler(0),
    closeHook(record, span, socket) {
      span.setAttribute('app.code', record.code);
      hooked.push(socket);
    },
  });
  const sockets: WebSocket[] = [];
  for (const path of ['/server/1000', '/server/1011']) {
    const socket = new app.scope.WebSocket(url + path);
    sockets.push(socket);
    await happened(socket, 'close');
  }
  const [span] = await receiver.waitForSpans(1);
  instrumentation.disable();
  expect(span?.attributes['app.code']).toBe(1011);
  expect(receiver.spans).toHaveLength(1);
  expect(hooked).toEqual(sockets);
});

it('exports go past telemetry that wraps fetch later', async () => {
  const app = await startApp('0.88', 'ios');
  const asked: unknown[] = [];
  const { fetch } = app.scope;
  app.scope.fetch = (...query) => {
    asked.push(query[0]);
    return fetch(...query);
  };
  const handle = app.closespan.instrumentWebSockets({ otlp: { url: receiver.url } });
  await happened(new app.scope.WebSocket(`${url}/server/1000`), 'close');
  await handle.shutdown();
  expect(receiver.spans).toHaveLength(1);
  expect(asked).toEqual([]);
});
