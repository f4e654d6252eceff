import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { instrumentWebSockets, type WebSocketHandle } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n';
const UNAUTHORIZED = 'HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n';

let handle: WebSocketHandle;
let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  handle = instrumentWebSockets({ otlp: { url: receiver.url } });
});
afterEach(async () => {
  await handle.shutdown();
  await receiver.close();
});

const wss = new WebSocketServer({ noServer: true });
const accept: Upgrade = (request, socket, head) =>
  wss.handleUpgrade(request, socket, head, (peer) => peer.terminate());
const refuse: Upgrade = (_request, socket) => socket.end(UNAUTHORIZED);
const hint =
  (then: Upgrade): Upgrade =>
  (request, socket, head) => {
    socket.write(HINTS);
    setImmediate(then, request, socket, head);
  };
const writeEach =
  (...pieces: string[]): Upgrade =>
  (_request, socket) => {
    for (const piece of pieces) socket.write(piece);
    socket.end();
  };
const corked =
  (inner: Upgrade): Upgrade =>
  (request, socket, head) => {
    socket.cork();
    inner(request, socket, head);
    socket.uncork();
  };

/** Sends requests in one piece, the last for an upgrade; resolves to what came back when the connection is over. */
async function ask(upgrade: Upgrade, before = '', respond: (response: ServerResponse) => void = () => {}) {
  const server = createServer((_request, response) => respond(response)).on('upgrade', upgrade);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write(
    `${before}GET /room HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
  );
  let received = '';
  client.on('data', (chunk) => {
    received += chunk.toString('latin1');
  });
  await once(client, 'close');
  server.close();
  await handle.shutdown();
  return received;
}

/** How each handshake of the server ended. */
const handshakes = () => [
  ...new Map(
    receiver.points
      .filter(({ name }) => name === 'websocket.server.handshake.duration')
      .map(({ value, attributes }) => [
        JSON.stringify(attributes),
        { count: value, ended: attributes['error.type'] ?? 'accepted' },
      ]),
  ).values(),
];

it.each([
  { response: 'an interim one, then accepts', upgrade: hint(accept), ended: 'accepted' },
  { response: 'an interim one, then refuses', upgrade: hint(refuse), ended: '401' },
  {
    response: 'an interim one, then destroys the socket',
    upgrade: hint((_request, socket) => socket.destroy()),
    ended: 'handshake_failed',
  },
  {
    response: 'an interim one and refuses in one write',
    upgrade: writeEach(HINTS + UNAUTHORIZED),
    ended: '401',
  },
  {
    response: 'an interim one in pieces, then refuses',
    upgrade: writeEach(HINTS.slice(0, 20), HINTS.slice(20), UNAUTHORIZED),
    ended: '401',
  },
  {
    response: 'a status line in pieces',
    upgrade: writeEach('HT', UNAUTHORIZED.slice(2, 10), UNAUTHORIZED.slice(10)),
    ended: '401',
  },
  {
    response: 'a status line in pieces of one write',
    upgrade: corked(writeEach('HTTP/1.1 4', UNAUTHORIZED.slice(10))),
    ended: '401',
  },
  {
    response: 'more interim ones than a stack of calls could hold, then refuses',
    upgrade: writeEach('HTTP/1.1 102 \r\n\r\n'.repeat(100_000), UNAUTHORIZED),
    ended: '401',
  },
  { response: 'what is no HTTP', upgrade: writeEach('no'), ended: 'handshake_failed' },
  {
    response: 'an HTTP of its own',
    upgrade: writeEach('HTTP/3 401 Unauthorized'),
    ended: 'handshake_failed',
  },
])('a server that responds with $response is measured once', async ({ upgrade, ended }) => {
  await ask(upgrade);
  expect(handshakes()).toEqual([{ count: 1, ended }]);
});

const GET = 'GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n';

it.each([
  { how: 'accepted', upgrade: accept, ended: 'accepted' },
  { how: 'refused', upgrade: refuse, ended: '401' },
])(
  'an upgrade that is $how after the responses to earlier requests is measured by its own response',
  async ({ upgrade, ended }) => {
    const responses: ServerResponse[] = [];
    const received = await ask(
      async (request, socket, head) => {
        for (const response of responses) {
          response.write('slow');
          response.end('ly');
          await once(response, 'close');
        }
        upgrade(request, socket, head);
      },
      GET + GET,
      (response) => responses.push(response),
    );
    expect(received.match(/HTTP\/1.1 \d+/g)).toEqual([
      'HTTP/1.1 200',
      'HTTP/1.1 200',
      ended === '401' ? 'HTTP/1.1 401' : 'HTTP/1.1 101',
    ]);
    expect(handshakes()).toEqual([{ count: 1, ended }]);
  },
);

it('an upgrade that is accepted before the response to an earlier request is no failure', async () => {
  await ask(accept, GET);
  expect(handshakes()).toEqual([{ count: 1, ended: 'accepted' }]);
});
