import type { Socket } from 'node:net';
import type { CloseCause } from '@closespan/core';
import { type CloseFacts, noteCloseStart, now, patchBefore, type Recorder } from '@closespan/core/platform';
import { context } from '@opentelemetry/api';
import { WsConnection } from '../connection/compact-connection.ts';
import { createPrivateSlot } from '../connection/private-slot.ts';
import { PROCESS_EXIT } from '../connection/process-exit-facts.ts';
import {
  answerOf,
  closeFactsOf,
  type Held,
  type PackageConnection,
  requestOf,
} from './package-connection.ts';

/** Observes the connections of the package `websocket`, of clients and of servers. */
export interface ConnectionsObserver {
  /** Patches the class of connections in place. */
  patch(prototype: object): void;
  /** Begins to hold a connection that is being made. */
  hold(connection: object): void;
  /** Records what is open, when the process ends. */
  closeAll(): void;
  unpatch(): void;
}

/** Codes that the package drops a connection with after a bad message. */
const DROP_CAUSES: Readonly<Record<number, CloseCause>> = {
  1002: 'protocol_error',
  1007: 'protocol_error',
  1009: 'message_too_big',
};

/**
 * Makes an observer that patches what the package itself calls as a connection opens and closes, and no message path.
 * @param takeOpening the connection over a TCP socket that is just being made, `null` for one to ignore
 * @param opened called when a connection opens
 */
export function createConnectionsObserver(
  recorder: Recorder,
  takeOpening: (socket: Socket) => WsConnection | null | undefined,
  opened: () => void,
): ConnectionsObserver {
  /** A connection that is recorded or ignored holds `null`. */
  const connections = createPrivateSlot<Held | null>();
  const openOnes = new Set<PackageConnection>();
  const undo: (() => void)[] = [];

  function heldOf(self: PackageConnection): Held | null {
    let held = connections.get(self);
    if (held !== undefined) return held;
    const opening = takeOpening(self.socket);
    held =
      opening === null ? null : { connection: opening ?? early(), received: undefined, cause: undefined };
    connections.set(self, held);
    return held;
  }

  function open(self: PackageConnection): undefined {
    const connection = heldOf(self)?.connection;
    if (!connection) return;
    connection.openedAt ??= now();
    openOnes.add(self);
    opened();
  }

  function close(self: PackageConnection, code: unknown) {
    const held = self.connected ? heldOf(self) : null;
    // The package sends 1000 for a `close()` without a code.
    return held
      ? noteCloseStart(held.connection, 'local', typeof code === 'number' ? code : 1000)
      : undefined;
  }

  function drop(self: PackageConnection, code: unknown, description: unknown): undefined {
    const held = heldOf(self);
    if (!held || held.connection.closing) return;
    const unanswered = description === 'Peer not responding.';
    // Any other 1006 is how the package tells of a connection that was lost already.
    if (code === 1006 && !unanswered) return;
    held.cause = unanswered ? 'ping_timeout' : DROP_CAUSES[code as number];
    noteCloseStart(held.connection, 'local', typeof code === 'number' ? code : 1002);
  }

  function sendClose(self: PackageConnection): undefined {
    if (self.state !== 'peer_requested_close') return;
    const held = heldOf(self);
    // A Close frame that is itself a protocol error is not answered but dropped.
    if (!held || held.connection.closing) return;
    held.received = requestOf(self);
    noteCloseStart(held.connection, 'remote');
  }

  /** The package waits no longer for the answer to our Close frame. */
  function giveUp(self: PackageConnection): undefined {
    const held = heldOf(self);
    if (held) held.cause = 'close_timeout';
  }

  /** Called when a connection is over, and before its event, whichever way it ended. */
  function end(self: PackageConnection): undefined {
    const held = heldOf(self);
    if (!held) return;
    if (self.state === 'ending') {
      // The peer's Close frame crossed ours; what it says is lost.
      held.received = { code: self.closeReasonCode, reason: '' };
      return;
    }
    if (self.state !== 'closed' || self.closeEventEmitted) return;
    // A `close()` from before observation began was not seen.
    if (self.waitingForCloseResponse) noteCloseStart(held.connection, 'local', self.closeReasonCode);
    if (self.waitingForCloseResponse || held.cause === 'close_timeout') held.received ??= answerOf(self);
    finish(self, held, closeFactsOf(self, held));
  }

  function finish(self: PackageConnection, { connection }: Held, facts: CloseFacts): void {
    connections.set(self, null);
    openOnes.delete(self);
    recorder.record(connection, facts);
  }

  return {
    hold: (connection) => {
      heldOf(connection as PackageConnection);
    },
    patch(prototype) {
      const before = (
        name: string,
        run: (self: PackageConnection, ...args: unknown[]) => (() => void) | undefined,
      ) => {
        undo.push(patchBefore(prototype, name, (self, args) => run(self as PackageConnection, ...args)));
      };
      before('_addSocketEventListeners', open);
      before('close', close);
      before('drop', drop);
      before('sendCloseFrame', sendClose);
      before('handleCloseTimer', giveUp);
      before('clearCloseTimer', end);
    },
    closeAll() {
      for (const self of openOnes) {
        const held = connections.get(self);
        if (held) finish(self, held, { ...closeFactsOf(self, held), ...PROCESS_EXIT });
      }
    },
    unpatch() {
      for (const restore of undo.splice(0)) restore();
    },
  };
}

function early(): WsConnection {
  const connection = new WsConnection(context.active(), Number.NaN);
  connection.openedAt = Number.NaN;
  return connection;
}
