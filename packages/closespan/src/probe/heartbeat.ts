import type { WebSocket } from 'ws';

/** Pings of this end, and their pongs. Times are milliseconds. */
export interface PingCount {
  readonly sent: number;
  readonly answered: number;
  /** Longest time from a ping to its pong. `undefined` without a pong. */
  readonly longestRoundTrip: number | undefined;
}

/** Sends pings on one connection. */
export interface Heartbeat {
  ping(): void;
  count(): PingCount;
  /** Returns for how long the oldest ping without a pong waits. 0 if no ping waits. */
  waiting(): number;
  /** Calls a listener at each pong to a ping of this end. */
  onPong(listener: () => void): void;
}

/** Most pings that may wait for their pongs. More are not sent: a peer that is silent may never respond. */
const MOST_WAITING = 16;

/** Makes the heartbeat of an open socket. Each ping holds its number, so that a pong shows its ping. */
export function createHeartbeat(socket: WebSocket): Heartbeat {
  const sentAt = new Map<string, number>();
  const listeners: (() => void)[] = [];
  let sent = 0;
  let answered = 0;
  let longestRoundTrip: number | undefined;

  socket.on('pong', (data) => {
    const number = data.length < MOST_WAITING ? String(data) : '';
    const time = sentAt.get(number);
    if (time === undefined) return;
    // A pong responds to all pings before, too (RFC 6455 §5.5.3).
    for (const earlier of [...sentAt.keys()]) {
      if (Number(earlier) > Number(number)) break;
      sentAt.delete(earlier);
      answered++;
    }
    longestRoundTrip = Math.max(longestRoundTrip ?? 0, performance.now() - time);
    for (const listener of listeners) listener();
  });
  return {
    ping() {
      if (socket.readyState !== socket.OPEN || sentAt.size >= MOST_WAITING) return;
      const number = String(++sent);
      sentAt.set(number, performance.now());
      socket.ping(number);
    },
    count: () => ({ sent, answered, longestRoundTrip }),
    waiting() {
      const [first] = sentAt.values();
      return first === undefined ? 0 : performance.now() - first;
    },
    onPong: (listener) => void listeners.push(listener),
  };
}
