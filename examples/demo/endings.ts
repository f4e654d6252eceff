import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** One way in which a WebSocket ends, and what its client is to see. */
export interface Ending {
  /** The connection's path, which names the ending on both ends. */
  readonly path: string;
  readonly title: string;
  readonly code: number;
  readonly clean: boolean;
  /** Arguments of the client's `close()`. */
  readonly close?: readonly [code?: number, reason?: string];
  /** The client closes before the handshake is done. */
  readonly abort?: true;
  /** Bytes that the client sends; the server takes 1024 at most. */
  readonly send?: number;
  /** Milliseconds for which the client reads nothing once it is open, as if it were dead. */
  readonly mute?: number;
  /** Ends the connection on the server. */
  readonly peer?: (peer: WebSocket, socket: Duplex & { resetAndDestroy?(): void }) => void;
  /** Status with which the server refuses the handshake. */
  readonly refuse?: number;
  /** The place that the connection goes to instead of the server. */
  readonly elsewhere?: 'nobody' | 'tls' | 'proxy';
  /** Cause that the client is to see. Absent if the code says enough. */
  readonly cause?: string;
  /** Milliseconds after which the client connects again, and then closes normally. */
  readonly again?: number;
  /** Number of connections that end in the same way before: a limit of a proxy shows after three. */
  readonly earlier?: number;
  /** Whether a button in the page can do it. */
  readonly inPage?: true;
}

/** Every ending of the tour. */
export const ENDINGS: readonly Ending[] = [
  {
    path: '/normal',
    title: 'Client closes, all done',
    code: 1000,
    clean: true,
    close: [1000, 'done'],
    inPage: true,
  },
  {
    path: '/no-code',
    title: 'Client closes without a code',
    code: 1005,
    clean: true,
    close: [],
    inPage: true,
  },
  {
    path: '/logout',
    title: 'Client closes with a code of its own',
    code: 4001,
    clean: true,
    close: [4001, 'logged out'],
    inPage: true,
  },
  {
    path: '/going-away',
    title: 'Server goes away',
    code: 1001,
    clean: true,
    peer: (peer) => peer.close(1001),
    inPage: true,
  },
  {
    path: '/restart',
    title: 'Server restarts',
    code: 1012,
    clean: true,
    peer: (peer) => peer.close(1012, 'deploy'),
    inPage: true,
  },
  {
    path: '/overload',
    title: 'Server is overloaded',
    code: 1013,
    clean: true,
    peer: (peer) => peer.close(1013),
    inPage: true,
  },
  {
    path: '/failure',
    title: 'Server fails',
    code: 1011,
    clean: true,
    peer: (peer) => peer.close(1011, 'database'),
    inPage: true,
  },
  {
    path: '/policy',
    title: 'Server enforces a policy',
    code: 1008,
    clean: true,
    peer: (peer) => peer.close(1008, 'rate limit'),
    inPage: true,
  },
  {
    path: '/expired',
    title: 'Server closes with a code of its own',
    code: 4401,
    clean: true,
    peer: (peer) => peer.close(4401, 'token expired'),
    inPage: true,
  },
  { path: '/too-big', title: 'Client sends too much', code: 1009, clean: true, send: 2048, inPage: true },
  // A frame with all reserved bits set (RFC 6455 §5.2).
  {
    path: '/protocol',
    title: 'Server breaks the protocol',
    code: 1006,
    clean: false,
    peer: (_peer, socket) => socket.write(Buffer.from([0xff, 0x00])),
    inPage: true,
  },
  {
    path: '/dropped',
    title: 'TCP ends without a Close frame',
    code: 1006,
    clean: false,
    peer: (_peer, socket) => socket.destroy(),
    inPage: true,
  },
  {
    path: '/dead-peer',
    title: 'A heartbeat gives up a dead peer',
    code: 1006,
    clean: false,
    mute: 600,
    peer: beat,
  },
  {
    path: '/comes-back',
    title: 'A client that lost its server connects again',
    code: 1006,
    clean: false,
    peer: (_peer, socket) => socket.destroy(),
    again: 250,
  },
  {
    path: '/reset',
    title: 'TCP is reset',
    code: 1006,
    clean: false,
    peer: (_peer, socket) => socket.resetAndDestroy?.(),
  },
  {
    path: '/unauthorized',
    title: 'Handshake refused: 401',
    code: 1006,
    clean: false,
    refuse: 401,
    inPage: true,
  },
  { path: '/unavailable', title: 'Handshake refused: 503', code: 1006, clean: false, refuse: 503 },
  { path: '/nobody', title: 'Nobody listens', code: 1006, clean: false, elsewhere: 'nobody', inPage: true },
  {
    path: '/idle',
    title: 'A proxy cuts a silent connection, after three others',
    code: 1006,
    clean: false,
    elsewhere: 'proxy',
    cause: 'idle_timeout',
    earlier: 3,
  },
  { path: '/tls', title: 'TLS handshake fails', code: 1006, clean: false, elsewhere: 'tls' },
  {
    path: '/aborted',
    title: 'Client gives up while connecting',
    code: 1006,
    clean: false,
    abort: true,
    inPage: true,
  },
];

/** Milliseconds between two pings of a server. */
const BEAT = 200;

/** The heartbeat of a server: a ping at each beat, and the end of a peer that has not answered the last ping. */
function beat(peer: WebSocket): void {
  let isAlive = true;
  peer.on('pong', () => {
    isAlive = true;
  });
  const beats = setInterval(() => {
    if (!isAlive) peer.terminate();
    isAlive = false;
    if (peer.readyState === peer.OPEN) peer.ping();
  }, BEAT);
  peer.on('close', () => clearInterval(beats));
}
