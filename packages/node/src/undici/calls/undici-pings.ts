import type { WebSocketLike } from '@closespan/core';
import { OPEN, patchBefore, stopAll } from '@closespan/core/platform';
import { payloadNumber } from '../../connection/ping-payload.ts';
import { PingState } from '../../connection/ping-state.ts';
import { ownValueOf } from '../../runtime/own-value.ts';

/** Follows the pings that apps send with the function `ping` of undici 7 and 8, and their pongs. */
export interface UndiciPings {
  /** Patches the function `ping` in the exports of a module of undici, if the module exports that function. */
  watch(exported: object): void;
  /** Notes a pong that undici has published. */
  notePong(websocket: WebSocketLike, payload: unknown): void;
  /** Returns the pings of a WebSocket; `undefined` if the app has sent none, or if its pings are not seen. */
  of(websocket: object | undefined): PingState | undefined;
  stop(): void;
}

/**
 * Follows pings. No diagnostics channel of undici shows them, but one shows pongs.
 * @param openedAtOf returns the time at which a WebSocket opened, in monotonic milliseconds; NaN if not known
 * @param measure called with each round trip, in milliseconds
 */
export function followUndiciPings(
  openedAtOf: (websocket: object) => number,
  measure: (websocket: WebSocketLike, roundTrip: number) => void,
): UndiciPings {
  const pings = new WeakMap<object, PingState>();
  const watched = new WeakSet<object>();
  const stops: ((() => void) | undefined)[] = [];

  function noteCall(websocket: unknown, data: unknown): undefined {
    if (typeof websocket !== 'object' || !websocket) return;
    const payload = payloadNumber(data);
    if (payload === undefined || (websocket as WebSocketLike).readyState !== OPEN) return;
    const state = pings.get(websocket) ?? new PingState(openedAtOf(websocket));
    pings.set(websocket, state);
    state.noteSent(payload);
  }

  return {
    watch(exported) {
      const ping = ownValueOf(exported, 'ping');
      if (typeof ping !== 'function' || watched.has(exported)) return;
      watched.add(exported);
      // The index of undici exports the function that another module has exported, and that is patched already.
      if (watched.has(ping)) return;
      stops.push(patchBefore(exported, 'ping', (_self, [websocket, data]) => noteCall(websocket, data)));
      watched.add(ownValueOf(exported, 'ping') as object);
    },
    notePong(websocket, payload) {
      const number = payloadNumber(payload);
      const roundTrip = number === undefined ? undefined : pings.get(websocket)?.notePong(number);
      if (roundTrip !== undefined) measure(websocket, roundTrip);
    },
    of: (websocket) => websocket && pings.get(websocket),
    stop: () => stopAll(stops),
  };
}
