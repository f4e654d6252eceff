import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CloseNote, instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { closeLine, type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import * as undici6 from 'undici6';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import websocket from 'websocket';
import { WebSocketServer, WebSocket as WsWebSocket } from 'ws';
import { type Client, CLIENTS as COMMON } from '../helpers/web-socket-clients.ts';

const CLIENTS = [...COMMON, ['w3cwebsocket', websocket.w3cwebsocket as unknown as Client]] as const;
const ID = /^[0-9a-f]{16}$/;

let http: Server;
let server: WebSocketServer;
let url: string;
let receiver: OtlpReceiver;
let handle: NodeWebSocketHandle;
const lines = vi.fn();
const note = (line: string) => line.startsWith('closespan') && lines(line);
beforeEach(async () => {
  diag.setLogger({ error: note, warn: note, info() {}, debug: note, verbose() {} }, DiagLogLevel.DEBUG);
  receiver = await startOtlpReceiver();
  handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  http = createServer();
  server = new WebSocketServer({ server: http });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/notes`;
});
afterEach(async () => {
  for (const peer of server.clients) peer.terminate();
  http.close();
  http.closeAllConnections();
  await once(http, 'close');
  await handle.shutdown();
  diag.disable();
  vi.clearAllMocks();
  await receiver.close();
});

/** Resolves when an event was fired, after all of its listeners. */
function fired(socket: globalThis.WebSocket, type: string): Promise<void> {
  return new Promise((resolve) => {
    socket.addEventListener(type, () => setImmediate(resolve));
  });
}

/** Opens a client, runs `act` with it, closes it, and returns the client's span. */
async function spanOf(
  Client: Client,
  act: (socket: globalThis.WebSocket) => void,
  target = url,
): Promise<ReceivedSpan> {
  const socket = new Client(target);
  socket.addEventListener('error', () => {});
  const closed = fired(socket, 'close');
  act(socket);
  socket.addEventListener('open', () => socket.close(1000));
  await closed;
  return clientSpan();
}

async function clientSpan(): Promise<ReceivedSpan> {
  await vi.waitUntil(async () => {
    await handle.forceFlush();
    return receiver.spans.some(({ kind }) => kind === 3);
  });
  return receiver.spans.find(({ kind }) => kind === 3) as ReceivedSpan;
}

describe.each(CLIENTS)('a note on a client of %s', (_name, Client) => {
  it.each(['at once', 'open', 'close'])('joins the span, if the app makes the note %s', async (when) => {
    const { attributes } = await spanOf(Client, (socket) => {
      const words: CloseNote = { attributes: { 'app.room': 'lobby', 'app.users': 3 }, reason: 'moved' };
      if (when === 'at once') handle.note(socket, words);
      else socket.addEventListener(when, () => handle.note(socket, words));
    });
    expect(attributes).toMatchObject({
      'app.room': 'lobby',
      'app.users': 3,
      'websocket.close.noted_reason': 'moved',
      'websocket.close.cause': 'local_close',
    });
    expect(lines).not.toHaveBeenCalled();
  });

  it('has the cause of the app, which wins', async () => {
    const span = await spanOf(Client, (socket) => {
      socket.addEventListener('open', () => handle.note(socket, { cause: 'ping_timeout' }));
    });
    expect(closeLine(span)).toMatch(/^\/notes client 1000 clean local ping_timeout\b/);
  });

  it('adds to earlier notes, and the last value counts', async () => {
    const { attributes } = await spanOf(Client, (socket) => {
      handle.note(socket, { attributes: { first: 1, both: 1, taken: 1 }, reason: 'first' });
      handle.note(socket, { attributes: { both: 2, taken: undefined } });
      socket.addEventListener('open', () => handle.note(socket, { attributes: { last: true } }));
    });
    expect(attributes).toMatchObject({
      first: 1,
      both: 2,
      last: true,
      'websocket.close.noted_reason': 'first',
    });
    expect(attributes).not.toHaveProperty('taken');
  });

  it('changes no other connection and, after the record is made, nothing', async () => {
    let noted: globalThis.WebSocket | undefined;
    await spanOf(Client, (socket) => {
      noted = socket;
    });
    handle.note(noted as object, { attributes: { late: 1 } });
    await spanOf(Client, () => {});
    await vi.waitUntil(async () => {
      await handle.forceFlush();
      return receiver.spans.length === 4;
    });
    expect(JSON.stringify(receiver.spans)).not.toContain('late');
  });

  it('joins the span of a handshake that fails', async () => {
    server.close();
    http.removeAllListeners('upgrade');
    http.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'));
    const socket = new Client(url);
    handle.note(socket, { attributes: { 'app.room': 'lobby' } });
    socket.addEventListener('error', () => {});
    const { attributes } = await clientSpan();
    expect(attributes).toMatchObject({
      'websocket.close.cause': 'handshake_rejected',
      // undici 6 does not say which socket has failed.
      ...(Client !== (undici6.WebSocket as unknown as Client) && { 'app.room': 'lobby' }),
    });
  });
});

describe.each(CLIENTS)('the id of a connection of %s', (_name, Client) => {
  it.each(['open', 'close'])('is that of the span, in a listener for %s and later', async (when) => {
    const ids: unknown[] = [];
    let asked: globalThis.WebSocket | undefined;
    const span = await spanOf(Client, (socket) => {
      asked = socket;
      socket.addEventListener(when, () => ids.push(handle.connectionIdOf(socket)));
    });
    ids.push(handle.connectionIdOf(asked as object));
    const id = span.attributes['websocket.connection.id'];
    expect(id).toMatch(ID);
    expect(ids).toEqual([id, id]);
  });

  it('before the opening is that of the span, or not known', async () => {
    let id: string | undefined;
    const { attributes } = await spanOf(Client, (socket) => {
      id = handle.connectionIdOf(socket);
    });
    const isUndici = CLIENTS.slice(2, 6).some(([, one]) => one === Client);
    expect(id).toBe(isUndici ? undefined : attributes['websocket.connection.id']);
  });
});

describe('on a server', () => {
  const ends = async () => {
    await vi.waitUntil(async () => {
      await handle.forceFlush();
      return receiver.spans.length === 2;
    });
    return receiver.spans.toSorted((one, other) => one.kind - other.kind).map(({ attributes }) => attributes);
  };

  it('of ws, notes and ids are those of the accepted socket, from `connection` on', async () => {
    let id: string | undefined;
    server.on('connection', (socket) => {
      id = handle.connectionIdOf(socket);
      handle.note(socket, { attributes: { 'app.user': 7 } });
      socket.close(4001);
    });
    const socket = new WsWebSocket(url);
    await once(socket, 'close');
    const [ofServer, ofClient] = await ends();
    expect(ofServer).toMatchObject({ 'app.user': 7, 'websocket.connection.id': id });
    expect(ofClient).toMatchObject({ 'websocket.connection.id': handle.connectionIdOf(socket) });
    expect(handle.connectionIdOf(socket)).toBe(id);
    expect(ofClient).not.toHaveProperty('app.user');
  });

  it.each(['connect', 'request'])('of websocket, they are those of the connection, in %s', async (event) => {
    server.close();
    http.removeAllListeners('upgrade');
    const packageServer = new websocket.server({ httpServer: http });
    let id: string | undefined;
    const greet = (connection: websocket.connection) => {
      id = handle.connectionIdOf(connection);
      handle.note(connection, { attributes: { 'app.user': 7 } });
      setImmediate(() => connection.close(4001));
    };
    packageServer.on('request', (request) => {
      const connection = request.accept();
      if (event === 'request') greet(connection);
    });
    if (event === 'connect') packageServer.on('connect', greet);
    const client = new websocket.client();
    client.on('connect', (connection) => {
      expect(handle.connectionIdOf(connection)).toMatch(ID);
      handle.note(connection, { attributes: { 'app.client': 1 } });
    });
    client.connect(url);
    handle.note(client, { attributes: { 'app.attempt': 2 } });
    const [ofServer, ofClient] = await ends();
    expect(ofServer).toMatchObject({ 'app.user': 7, 'websocket.connection.id': id });
    expect(ofClient).toMatchObject({ 'app.client': 1, 'app.attempt': 2, 'websocket.connection.id': id });
  });
});

it('a client of websocket that fails takes notes and has an id, also while it fails', async () => {
  server.close();
  http.removeAllListeners('upgrade');
  const client = new websocket.client();
  const ids: unknown[] = [];
  client.on('connectFailed', () => {
    ids.push(handle.connectionIdOf(client));
    handle.note(client, { attributes: { 'app.failed': true } });
  });
  http.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'));
  client.connect(url);
  ids.push(handle.connectionIdOf(client));
  const { attributes } = await clientSpan();
  expect(attributes).toMatchObject({ 'app.failed': true });
  expect(ids).toEqual(Array(2).fill(attributes['websocket.connection.id']));
});

it('a client of ws that follows redirects has an id when it is open', async () => {
  const { port } = http.address() as AddressInfo;
  const elsewhere = createServer();
  elsewhere.on('upgrade', (_request, socket) =>
    socket.end(`HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:${port}/there\r\n\r\n`),
  );
  elsewhere.listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const from = `ws://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/here`;
  const socket = new WsWebSocket(from, { followRedirects: true });
  const ids = [handle.connectionIdOf(socket)];
  socket.on('open', () => {
    ids.push(handle.connectionIdOf(socket));
    socket.close();
  });
  await once(socket, 'close');
  elsewhere.close();
  const { attributes } = await clientSpan();
  expect(ids).toEqual([undefined, attributes['websocket.connection.id']]);
});
