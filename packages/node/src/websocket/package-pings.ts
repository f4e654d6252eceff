import type { CloseCause } from '@closespan/core';
import type { OpenFacts } from '../connection/open-walk.ts';
import { payloadNumber } from '../connection/ping-payload.ts';
import { PingState } from '../connection/ping-state.ts';
import type { PingDurations } from '../pings/ping-durations.ts';
import type { PackageConnection, TrackedConnection } from './package-connection.ts';
import { createPongWatch } from './pong-watch.ts';

/** Follows the pings of connections of the package `websocket`: those of the app, and of the package's keepalive. */
export interface PackagePings {
  /**
   * Notes a ping that is about to be sent.
   * @param data first argument of `ping()`
   */
  noteCall(self: PackageConnection, tracked: TrackedConnection, data: unknown): void;
  stop(): void;
}

/** Causes, by close code. With these codes the package `websocket` drops a connection after a bad message. */
const DROP_CAUSES: Readonly<Record<number, CloseCause>> = {
  1002: 'protocol_error',
  1007: 'protocol_error',
  1009: 'message_too_big',
};

/**
 * Follows pings and their pongs.
 * @param trackedOf returns a connection that is tracked
 */
export function followPackagePings(
  durations: PingDurations,
  trackedOf: (self: PackageConnection) => TrackedConnection | null | undefined,
): PackagePings {
  const watch = createPongWatch((self, data) => {
    const tracked = trackedOf(self);
    const payload = payloadNumber(data);
    if (!tracked?.pings || payload === undefined) return;
    const roundTrip = tracked.pings.notePong(payload);
    if (tracked.pings.unanswered === 0) watch.end(self);
    if (roundTrip === undefined) return;
    durations.measure(tracked.connection, packageOpenFacts(self, tracked), roundTrip);
  });

  return {
    noteCall(self, tracked, data) {
      // The package sends no payload for a value such as an empty text.
      const payload = payloadNumber(data || undefined);
      if (!self.connected || payload === undefined) return;
      tracked.pings ??= new PingState(tracked.connection.openedAt ?? Number.NaN);
      tracked.pings.noteSent(payload);
      watch.begin(self);
    },
    stop: watch.stop,
  };
}

/** Returns the facts of an open connection that decide to which server its metrics belong. */
export function packageOpenFacts(
  { maskOutgoingPackets }: PackageConnection,
  { connection }: Pick<TrackedConnection, 'connection'>,
): OpenFacts {
  return { url: '', ...connection.handshake, kind: maskOutgoingPackets ? 'client' : 'server' };
}

/**
 * Says whether a ping has been unanswered for longer than the peer usually takes. While this end reads nothing, as
 * after `pause()`, a missing pong proves nothing.
 */
export function isPingOverdue({ socket }: PackageConnection, { pings }: TrackedConnection): boolean {
  return Boolean(pings?.isOverdue && !socket.isPaused());
}

/**
 * Returns the cause of a drop of the TCP connection by the app or the package.
 * @param code code of the Close frame that is sent just before; `undefined` if no Close frame is sent
 */
export function packageDropCause(
  self: PackageConnection,
  tracked: TrackedConnection,
  code: unknown,
): CloseCause | undefined {
  if (code !== undefined) return DROP_CAUSES[code as number];
  return isPingOverdue(self, tracked) ? 'ping_timeout' : 'local_terminate';
}
