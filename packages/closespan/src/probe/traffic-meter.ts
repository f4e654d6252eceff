import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

/** Traffic of one connection after its handshake. Times are milliseconds. */
export interface Traffic {
  /** Number of messages of the server. */
  readonly messages: number;
  /** Number of pings of the server. Each is responded to by a pong, as RFC 6455 §5.5.3 wants. */
  readonly serverPings: number;
  /** Number of bytes that came. Those of the Close frame do not count. */
  readonly bytes: number;
  /** Time without a byte in either direction before the end. */
  readonly lastSilence: number;
  /** Longest time without a byte in either direction that the connection outlived. */
  readonly longestSilence: number;
}

/** Measures when bytes come and leave. */
export interface TrafficMeter {
  /** Notes that this end sends something. */
  noteSent(): void;
  /** Returns the time since the last byte of the server, in milliseconds. */
  unheard(): number;
  /** Returns the traffic until a moment, on the clock of `performance.now()`. */
  trafficUntil(time: number): Traffic;
}

/** Largest number of bytes that a probe reads of one connection. */
const MOST_BYTES = 2 ** 28;
/** Largest number of messages and pings that a probe reads of one connection. */
const MOST_FRAMES = 1_000_000;

/**
 * Measures the traffic of a connection that has just opened.
 * @param tcp socket below the WebSocket, for TLS the one with plain bytes
 * @param onFlood called when more has come than a probe reads: 256 MiB, or a million messages and pings
 */
export function measureTraffic(socket: WebSocket, tcp: Socket, onFlood: () => void): TrafficMeter {
  let messages = 0;
  let serverPings = 0;
  let bytes = 0;
  let lastAt = performance.now();
  let heardAt = lastAt;
  let longestSilence = 0;

  function noteByte(): void {
    const time = performance.now();
    longestSilence = Math.max(longestSilence, time - lastAt);
    lastAt = time;
  }

  tcp.on('data', (chunk: Uint8Array) => {
    // Bytes after the first sign of the end, such as the Close frame itself, end no silence. `ws` has read them before.
    if (socket.readyState !== socket.OPEN) return;
    noteByte();
    heardAt = lastAt;
    bytes += chunk.length;
    if (bytes > MOST_BYTES || messages + serverPings > MOST_FRAMES) onFlood();
  });
  socket.on('message', () => void messages++);
  socket.on('ping', () => void serverPings++);
  return {
    noteSent: noteByte,
    unheard: () => performance.now() - heardAt,
    trafficUntil: (time) => ({
      messages,
      serverPings,
      bytes,
      lastSilence: Math.max(0, time - lastAt),
      longestSilence,
    }),
  };
}
