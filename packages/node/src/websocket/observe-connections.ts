import type { Socket } from 'node:net';
import { type CloseFacts, noteCloseStart, now, patchBefore, stopAll } from '@closespan/core/platform';
import { context } from '@opentelemetry/api';
import { CompactConnection } from '../connection/compact-connection.ts';
import { startCounts, withMessages } from '../connection/message-slot.ts';
import type { OpenWalk } from '../connection/open-walk.ts';
import { createPrivateSlot } from '../connection/private-slot.ts';
import { PROCESS_EXIT_FACTS } from '../connection/process-exit-facts.ts';
import { watchUnsentBytes } from '../connection/unsent-bytes.ts';
import { withAttributes } from '../connection/with-attributes.ts';
import type { LibraryTools } from '../library-observer.ts';
import { createOpenConnections } from '../traffic/open-connections.ts';
import { countPackageMessages } from './count-package-messages.ts';
import type { Opening } from './opening.ts';
import { createPackageCloseCalls } from './package-close-calls.ts';
import { isDestroyedHere, websocketCloseFacts } from './package-close-facts.ts';
import {
  type PackageConnection,
  returnedCloseFrame,
  type TrackedConnection,
  trackedConnection,
} from './package-connection.ts';
import { followPackagePings, packageDropCause, packageOpenFacts } from './package-pings.ts';

/** Observes the connections of the package `websocket`, both of clients and of servers. */
export interface ConnectionsObserver {
  /** Patches the prototype of a `WebSocketConnection` class in place. */
  observeClass(prototype: object): void;
  /** Returns the connection of an object of an observed class, also after its record is made. */
  connectionOf(connection: object): CompactConnection | undefined;
  /** Starts to track a connection that the package `websocket` has just made. */
  track(connection: object): void;
  /** Connections that have opened and have not ended. */
  readonly open: OpenWalk;
  /** Records every open connection with the cause `process_exit`. */
  recordOpen(): void;
  stop(): void;
}

/**
 * Makes an observer of connections. The observer patches the methods that the package `websocket` itself calls when a
 * connection opens and closes. No method through which messages pass is patched.
 * @param takeOpening returns the connection that is being made over a TCP socket; `undefined` if there is none
 */
export function observeConnections(
  { recorder, options, sweep, claims, connectionBegan, pingDurations }: LibraryTools,
  takeOpening: (socket: Socket) => Opening | undefined,
): ConnectionsObserver {
  /** Tracked connections. The value is `null` for a connection that is ignored. */
  const connections = createPrivateSlot<TrackedConnection | null>();
  const openConnections = createOpenConnections<PackageConnection>(sweep, {
    placedOf: (self) => connections.get(self)?.connection,
    connectionOf: (self) => connections.get(self)?.connection,
    streamOf: ({ socket }) => socket,
    factsOf: (self, connection) => packageOpenFacts(self, { connection: connection as CompactConnection }),
  });
  const prototypes: object[] = [];
  const stops: ((() => void) | undefined)[] = [];
  const pings = followPackagePings(pingDurations, connections.get);
  const closeCalls = createPackageCloseCalls(trackedOf, openConnections);

  /** Returns a tracked connection; `null` for a connection that is recorded or ignored. */
  function trackedOf(self: PackageConnection): TrackedConnection | null {
    const tracked = lookUp(self);
    return tracked?.connection.isRecorded ? null : tracked;
  }

  function lookUp(self: PackageConnection): TrackedConnection | null {
    let tracked = connections.get(self);
    if (tracked !== undefined) return tracked;
    const opening = takeOpening(self.socket);
    tracked =
      opening?.connection === null
        ? null
        : trackedConnection(opening?.connection ?? earlyConnection(), opening?.head ?? 0);
    connections.set(self, tracked);
    // Ahead of `noteOpen`: the app may send as soon as it has the connection.
    if (opening && options.messages) startCounts(self);
    return tracked;
  }

  function noteOpen(self: PackageConnection): undefined {
    const tracked = trackedOf(self);
    if (!tracked) return;
    const { connection, head } = tracked;
    const isNew = connection.openedAt === undefined;
    connection.openedAt ??= now();
    if (connection.place === undefined) openConnections.add(self, connection, self.socket, head);
    claims.claim(self.socket);
    watchUnsentBytes(self.socket);
    connectionBegan();
    if (isNew && self.maskOutgoingPackets) recorder.opened(connection, handshakeUrl(connection));
  }

  function notePing(self: PackageConnection, data: unknown): undefined {
    const tracked = trackedOf(self);
    if (tracked) pings.noteCall(self, tracked, data);
  }

  /** Notes that the package has sent a Close frame and stops waiting for the peer's Close frame. */
  function noteCloseTimeout(self: PackageConnection): undefined {
    const tracked = trackedOf(self);
    if (!tracked) return;
    tracked.isTimedOut = true;
    tracked.cause ??= 'close_timeout';
  }

  /** Notes the end of a connection, however it ended. This function runs before the `close` event. */
  function noteEnd(self: PackageConnection): undefined {
    const tracked = trackedOf(self);
    if (!tracked) return;
    if (self.state === 'ending') {
      // The peer's Close frame crossed ours, and its code and reason are lost.
      tracked.received = { code: self.closeReasonCode, reason: '' };
      return;
    }
    if (self.state !== 'closed' || self.closeEventEmitted) return;
    // The app called `close()` before observation began.
    if (self.waitingForCloseResponse) noteCloseStart(tracked.connection, 'local', self.closeReasonCode);
    if (self.waitingForCloseResponse || tracked.isTimedOut) tracked.received ??= returnedCloseFrame(self);
    if (!tracked.connection.closing && isDestroyedHere(self)) {
      tracked.cause = packageDropCause(self, tracked, undefined);
      noteCloseStart(tracked.connection, 'local');
    }
    record(self, tracked, websocketCloseFacts(self, tracked));
  }

  function record(self: PackageConnection, { connection }: TrackedConnection, facts: CloseFacts): void {
    const traffic = openConnections.attributesAtEnd(connection);
    openConnections.delete(connection);
    connection.noteRecord();
    recorder.record(connection, withMessages(self, withAttributes(facts, traffic)), self);
  }

  return {
    track: (connection) => {
      lookUp(connection as PackageConnection);
    },
    connectionOf(object) {
      const isOurs = prototypes.some((prototype) => Object.prototype.isPrototypeOf.call(prototype, object));
      return isOurs ? lookUp(object as PackageConnection)?.connection : undefined;
    },
    observeClass(prototype) {
      prototypes.push(prototype);
      const before = (
        name: string,
        run: (self: PackageConnection, ...args: unknown[]) => (() => void) | undefined,
      ) => {
        stops.push(patchBefore(prototype, name, (self, args) => run(self as PackageConnection, ...args)));
      };
      before('_addSocketEventListeners', noteOpen);
      before('close', closeCalls.noteClose);
      before('drop', closeCalls.noteDrop);
      before('sendCloseFrame', closeCalls.noteCloseFrame);
      before('handleCloseTimer', noteCloseTimeout);
      before('clearCloseTimer', noteEnd);
      before('ping', notePing);
      if (options.messages) stops.push(...countPackageMessages(prototype));
    },
    open: openConnections,
    recordOpen() {
      for (const self of openConnections) {
        const tracked = connections.get(self);
        if (!tracked) continue;
        // The package has emitted no `close` event, so the app was told no code.
        const { reportedCode: _, ...facts } = websocketCloseFacts(self, tracked);
        record(self, tracked, { ...facts, ...PROCESS_EXIT_FACTS });
      }
    },
    stop: () => stopAll([...stops, pings.stop]),
  };
}

/** Returns the URL that the facts of the close will have. */
function handshakeUrl({ handshake }: CompactConnection): string {
  return (handshake && 'url' in handshake && handshake.url) || '';
}

function earlyConnection(): CompactConnection {
  const connection = new CompactConnection(context.active(), Number.NaN);
  connection.openedAt = Number.NaN;
  return connection;
}
