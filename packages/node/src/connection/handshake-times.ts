import {
  ATTR_WEBSOCKET_HANDSHAKE_DNS_DURATION,
  ATTR_WEBSOCKET_HANDSHAKE_RESPONSE_DURATION,
  ATTR_WEBSOCKET_HANDSHAKE_TCP_DURATION,
  ATTR_WEBSOCKET_HANDSHAKE_TLS_DURATION,
} from '@closespan/core';
import { guard, now, type QueuePause } from '@closespan/core/platform';
import type { Attributes } from '@opentelemetry/api';
import { detached } from '../pipeline/detached.ts';
import { startPause } from '../pipeline/timers-at-load.ts';
import { IS_BUN } from '../runtime/which-runtime.ts';
import { type ConnectingSocket, type HandshakePhase, phaseNow } from './handshake-phase.ts';

/** Measures how long the phases of slow handshakes of clients take. */
export interface HandshakeTimes {
  /**
   * Notes that the handshake of a connection has begun, or that a redirect has begun a new request.
   * @param socketOf returns the TCP or TLS socket; `undefined` or `null` while there is none
   */
  begin(connection: object, socketOf: () => ConnectingSocket | null | undefined): void;
  /** Notes that the handshake has succeeded, or that its response has come. Only the times of a slow handshake are kept. */
  noteEnd(connection: object): void;
  /** Returns the times of a handshake that was slow or has failed; `undefined` for any other. Ends the measurement. */
  take(connection: object): Attributes | undefined;
  stop(): void;
}

/** A handshake that goes on. Times are monotonic milliseconds. */
interface Going {
  socketOf: () => ConnectingSocket | null | undefined;
  readonly startedAt: number;
  /** Time of the last look, or the start. */
  seenAt: number;
  /** Milliseconds of each phase so far; `undefined` until the first look. */
  times: Partial<Record<HandshakePhase, number>> | undefined;
  /** Phase at the last look. */
  phase: HandshakePhase | undefined;
}

/** Milliseconds between two looks at the handshakes that go on. */
const PERIOD = 100;
/** Milliseconds from which on a handshake that succeeds is slow. */
const SLOW = 1000;
/** Milliseconds after which a handshake is left. */
const LONGEST = 180_000;
/** Longest time between two looks, in milliseconds, that belongs to a phase. In a longer one, the process was busy. */
const LONGEST_STALL = 1000;
/** Largest number of handshakes that are looked at. */
const MOST = 10_000;
const NAMES: Readonly<Record<HandshakePhase, string>> = {
  dns: ATTR_WEBSOCKET_HANDSHAKE_DNS_DURATION,
  tcp: ATTR_WEBSOCKET_HANDSHAKE_TCP_DURATION,
  tls: ATTR_WEBSOCKET_HANDSHAKE_TLS_DURATION,
  response: ATTR_WEBSOCKET_HANDSHAKE_RESPONSE_DURATION,
};

/**
 * Makes an object that looks, each tenth of a second, at the handshakes that go on. A faster handshake is never looked
 * at, and no listener is added to a socket.
 */
export function createHandshakeTimes(): HandshakeTimes {
  const going = new Map<object, Going>();
  /** Times of handshakes that were slow, or whose socket is gone. `undefined` before the first one. */
  let kept: WeakMap<object, Attributes> | undefined;
  let pause: QueuePause | undefined;

  const startLooks = detached(async () => {
    do {
      pause = startPause(PERIOD);
      await pause.over;
      look();
    } while (going.size > 0);
    pause = undefined;
  });

  function look(): void {
    const time = now();
    for (const [connection, one] of going) {
      if (time - one.startedAt > LONGEST) going.delete(connection);
      else if (time - one.startedAt >= PERIOD)
        guard('handshake', () => noteTime(connection, one, time), undefined);
    }
  }

  function noteTime(connection: object, one: Going, time: number): void {
    const socket = one.socketOf();
    one.phase = socket ? (phaseNow(socket, undefined) ?? 'response') : undefined;
    one.times ??= {};
    addTime(one, time);
    // Nobody may take the times of a request that the app has made by itself.
    if (socket?.destroyed) keep(connection, end(connection));
  }

  function keep(connection: object, times: Attributes | undefined): void {
    kept ??= new WeakMap();
    if (times) kept.set(connection, times);
  }

  /** Ends the measurement of a handshake. The time since the last look belongs to the phase that was seen last. */
  function end(connection: object): Attributes | undefined {
    const one = going.get(connection);
    if (!one) return undefined;
    going.delete(connection);
    if (!one.times) return undefined;
    addTime(one, now());
    const times = Object.entries(one.times) as [HandshakePhase, number][];
    return Object.fromEntries(times.map(([phase, time]) => [NAMES[phase], time / 1000]));
  }

  return {
    begin(connection, socketOf) {
      if (IS_BUN) return;
      // Of the attempt before.
      kept?.delete(connection);
      const known = going.get(connection);
      if (known) known.socketOf = socketOf;
      else if (going.size < MOST) {
        const time = now();
        going.set(connection, {
          socketOf,
          startedAt: time,
          seenAt: time,
          times: undefined,
          phase: undefined,
        });
        if (!pause) void startLooks();
      }
    },
    noteEnd(connection) {
      const startedAt = going.get(connection)?.startedAt;
      if (startedAt === undefined) return;
      const times = end(connection);
      if (now() - startedAt >= SLOW) keep(connection, times);
    },
    take: (connection) => end(connection) ?? kept?.get(connection),
    stop() {
      going.clear();
      pause?.end();
    },
  };
}

/** Adds the time since the last look to the phase of a handshake. */
function addTime(one: Going, time: number): void {
  const { times, phase, seenAt } = one;
  one.seenAt = time;
  if (times && phase && time - seenAt <= LONGEST_STALL) times[phase] = (times[phase] ?? 0) + time - seenAt;
}
