import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, startApp } from './start-app.ts';

let receiver: OtlpReceiver;
let app: App;
let handle: ReturnType<App['closespan']['instrumentWebSockets']>;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  app = await startApp('0.88', 'android');
  handle = app.closespan.instrumentWebSockets({ otlp: { url: receiver.url }, reconnects: false });
});
afterAll(async () => {
  await handle.shutdown();
  await receiver.close();
});

/** Lets the phone report the end of a socket, and returns the line of its record. */
async function lineOf(event: object, opened: boolean, name = 'websocketFailed'): Promise<string | undefined> {
  const { native } = app.scope as unknown as { native: { webSockets: { connect: unknown } } };
  native.webSockets.connect = (_url: string, _protocols: unknown, _options: unknown, id: number) =>
    setTimeout(() => {
      if (opened) app.emit('websocketOpen', { id, protocol: '' });
      app.emit(name, { id, ...event });
    });
  const before = receiver.spans.length;
  const socket = new app.scope.WebSocket('wss://chat.example.com/rooms/7');
  await new Promise((resolve) => socket.addEventListener('close', resolve));
  await handle.forceFlush();
  return receiver.spans.slice(before).map(closeLine).join();
}

const LOST = '/rooms/7 client 1006 unclean';

it.each([
  ['Software caused connection abort', 'none connection_reset error=ECONNABORTED'],
  ['Broken pipe', 'none connection_reset error=EPIPE'],
  ['The operation couldn’t be completed. Socket is not connected', 'none connection_lost error=ENOTCONN'],
  ['The operation couldn’t be completed. Network is down', 'none connection_lost error=ENETDOWN'],
  ['The operation couldn’t be completed. Operation timed out', 'none connection_lost error=ETIMEDOUT'],
  ['The Internet connection appears to be offline.', 'unknown offline error=offline'],
  [
    "sent ping but didn't receive pong within 30000ms (after 3 successful ping/pongs)",
    'local ping_timeout error=ping_timeout',
  ],
  ['Control frames must be final.', 'local protocol_error error=protocol_error'],
  ['Code 1016 is reserved and may not be used.', 'local protocol_error error=protocol_error'],
  ['Verbindung abgebrochen', 'unknown connection_lost error=connection_lost'],
  [null, 'none connection_lost error=connection_lost'],
])('an open connection that fails with %j', async (message, expected) => {
  expect(await lineOf({ message }, true)).toBe(`${LOST} ${expected}`);
});

it.each([
  ["Expected HTTP 101 response but was '401 Unauthorized'", 'handshake_rejected status=401 error=401'],
  ["Expected HTTP 101 response but was '503 '", 'handshake_rejected status=503 error=503'],
  ['Received bad response code from server: 502.', 'handshake_rejected status=502 error=502'],
  ["Expected 'Connection' header value 'Upgrade' but was 'null'", 'handshake_failed error=handshake_failed'],
  [
    'Unable to resolve host "chat.example.com": No address associated with hostname',
    'handshake_failed error=ENOTFOUND',
  ],
  [
    'The operation couldn’t be completed. (kCFErrorDomainCFNetwork error 2.)',
    'handshake_failed error=ENOTFOUND',
  ],
  [
    'failed to connect to /10.0.2.2 (port 80) from /10.0.2.16 (port 40112) after 10000ms',
    'handshake_failed error=ETIMEDOUT',
  ],
  ['Timed out connecting to server.', 'handshake_failed error=ETIMEDOUT'],
  ['timeout', 'handshake_failed error=ETIMEDOUT'],
  [
    'java.security.cert.CertPathValidatorException: Trust anchor for certification path not found.',
    'handshake_failed error=handshake_failed',
  ],
  // Words of a page are no status.
  ['Not a page: Received bad response code from server: 401.', 'handshake_failed error=handshake_failed'],
])('a handshake that fails with %j', async (message, expected) => {
  expect(await lineOf({ message }, false)).toBe(`${LOST} none ${expected}`);
});

it.each([
  [
    { code: 1001, reason: 'Stream end encountered' },
    '1006 unclean none connection_lost reported_code=1001 error=connection_lost',
  ],
  [{ code: 1001, reason: 'Stream end' }, '1001 clean remote remote_close reason=Stream end'],
  [{ code: 1005, reason: null }, '1005 clean remote remote_close'],
  [{ code: 1006, reason: '' }, '1006 unclean none connection_lost error=connection_lost'],
  [{ code: 1015, reason: '' }, '1015 unclean none connection_lost error=connection_lost'],
  [{ code: 0, reason: null }, '1006 unclean local protocol_error reported_code=0 error=protocol_error'],
  [
    { code: undefined, reason: undefined },
    '1006 unclean local protocol_error reported_code=0 error=protocol_error',
  ],
  [{ code: 1012, reason: 'restart' }, '1012 clean remote server_restart reason=restart'],
  [{ code: 4999, reason: '' }, '4999 clean remote remote_close'],
  [{ code: 5000, reason: '' }, '5000 unclean remote remote_close error=remote_close'],
])('a native close event %j', async (event, expected) => {
  expect(await lineOf(event, true, 'websocketClosed')).toBe(`/rooms/7 client ${expected}`);
});

it('a connection of IPv6 with user info, and one whose URL is an object', async () => {
  const { native } = app.scope as unknown as { native: { webSockets: { connect: unknown } } };
  native.webSockets.connect = (_url: string, _protocols: unknown, _options: unknown, id: number) =>
    setTimeout(() => app.emit('websocketClosed', { id, code: 1000, reason: '' }));
  const before = receiver.spans.length;
  const { WebSocket, URL } = app.scope;
  for (const url of [
    'WSS://u:p@[::1]:8443/a//b?c#d',
    new URL('http://chat.example.com/x?y'),
    'no url',
    'ws://a.example',
  ])
    await new Promise((resolve) => new WebSocket(url as string).addEventListener('close', resolve));
  await handle.forceFlush();
  const spans = receiver.spans
    .slice(before)
    .map(({ attributes: { 'server.address': address, 'server.port': port, 'url.full': url } }) => [
      address,
      port,
      url,
    ]);
  expect(spans.sort()).toEqual([
    [undefined, undefined, undefined],
    ['::1', 8443, 'wss://[::1]:8443/a//b'],
    ['a.example', 80, 'ws://a.example/'],
    ['chat.example.com', 80, 'ws://chat.example.com/x'],
  ]);
});

it('in a realm without WebSocket, fetch and all else nothing throws', async () => {
  const { createContext, runInContext } = await import('node:vm');
  const { bundleApp } = await import('./bundle-react-native.ts');
  const realm = createContext({});
  const { instrumentWebSockets } = runInContext(
    `${await bundleApp('fixtures/app.js')};app`,
    realm,
  ) as App['closespan'];
  const bare = instrumentWebSockets({ messages: true });
  await bare.forceFlush();
  await bare.shutdown();
});
