import type { Socket } from 'node:net';
import { type CloseFacts, guard, now, stopAll } from '@closespan/core/platform';
import type { CompactConnection } from '../connection/compact-connection.ts';
import { onEachDestroy } from '../connection/each-destroy.ts';
import type { HandshakeFacts } from '../connection/handshake.ts';
import type { ConnectingSocket } from '../connection/handshake-phase.ts';
import type { HandshakeTimes } from '../connection/handshake-times.ts';
import type { OpenFacts } from '../connection/open-walk.ts';
import { createPeerFactsReader } from '../connection/peer-facts.ts';
import { withAttributes } from '../connection/with-attributes.ts';
import type { LibraryTools } from '../library-observer.ts';
import { createOpenConnections } from '../traffic/open-connections.ts';
import { httpStart, rawStart } from './client-starts.ts';
import { earlyBytes } from './early-bytes.ts';
import { failedAttemptFacts } from './failed-attempt.ts';
import { findHeld } from './find-held.ts';
import { createHandedOverSockets } from './handed-over.ts';
import { followHttpAttempts } from './http-attempts.ts';
import { isRelaying } from './is-relaying.ts';
import { followRawClients } from './raw-clients.ts';
import { createRelayedKeys } from './relayed-keys.ts';
import { ResponseHead } from './response-head.ts';
import { noteWritten, unwatchStream, watchOf, watchStream } from './watch-stream.ts';
import { wireCloseFacts, wireExitFacts } from './wire-close-facts.ts';
import { WireConnection, type WireEvents } from './wire-connection.ts';
import type { WireObserver } from './wire-observer.ts';
import type { WireStart } from './wire-start.ts';

/** Starts to observe the connections that no observer of a library claims. */
export function observeWire(tools: LibraryTools): WireObserver {
  const { recorder, options, claims, upgrades, handshakeTimes } = tools;
  const keys = createRelayedKeys();
  const peerFactsOf = createPeerFactsReader();
  const handedOver = createHandedOverSockets();
  let isStopped = false;
  const open = createOpenConnections<WireConnection>(tools.sweep, {
    placedOf: ({ tracked }) => tracked,
    connectionOf: ({ tracked }) => tracked,
    streamOf: ({ stream }) => stream as Socket,
    factsOf: (connection) => openFactsOf(connection),
    isPingOverdue: ({ isPingOverdue }) => isPingOverdue,
  });
  const events: WireEvents = {
    begun(connection) {
      const { tracked, stream, url, kind } = connection;
      open.add(connection, tracked, stream as Socket, connection.early);
      tools.connectionBegan();
      if (kind === 'client') recorder.opened(tracked, url);
    },
    closing: ({ tracked }) => open.noteClosing(tracked),
    closeFrame: ({ tracked }, size) => open.noteCloseFrame(tracked, size),
    pong: (connection, roundTrip) =>
      tools.pingDurations.measure(connection.tracked, openFactsOf(connection), roundTrip),
    ended(connection) {
      if (connection.invalid) connection.forgetUnread();
      else if (!connection.isResponding) connection.begin();
      record(connection, wireCloseFacts(connection));
    },
  };

  function record(connection: WireConnection, facts: CloseFacts): void {
    const { tracked, stream } = connection;
    if (tracked.isRecorded || isStopped) return;
    const traffic = open.attributesAtEnd(tracked);
    drop(connection);
    tracked.noteRecord();
    recorder.record(tracked, withAttributes(facts, traffic), stream);
  }

  /** Ends the observation of a connection. */
  function drop({ stream, tracked }: WireConnection): void {
    unwatchStream(stream);
    open.delete(tracked);
  }

  /** Watches a stream whose handshake has succeeded. The library decides within this turn whether it takes the stream. */
  function start(
    facts: Omit<WireStart, 'acceptedAt'>,
    early: readonly Uint8Array[],
  ): WireConnection | undefined {
    const connection = new WireConnection({ ...facts, acceptedAt: now() }, events);
    const { stream } = facts;
    if (isStopped || handedOver.uses(stream) || !watchStream(stream, connection)) return undefined;
    for (const bytes of early) {
      connection.early += bytes.length;
      connection.noteReceived(bytes);
    }
    process.nextTick(() => guard('wire', () => settle(connection)));
    return connection;
  }

  function settle(connection: WireConnection): void {
    const { stream } = connection;
    if (watchOf(stream) !== connection) return;
    if (isRelaying(stream)) drop(connection);
    else if (!connection.isResponding) connection.begin();
  }

  function recordFailure(tracked: CompactConnection, facts: CloseFacts, stream: object): void {
    if (isStopped || handedOver.uses(stream)) return;
    tracked.noteRecord();
    recorder.record(tracked, facts, stream);
  }

  function noteBegin(tracked: CompactConnection, socketOf: Parameters<HandshakeTimes['begin']>[1]): void {
    tools.connectionBegan();
    handshakeTimes.begin(tracked, socketOf);
  }

  const attempts = followHttpAttempts(options, claims, keys, {
    begun: ({ tracked, request }) => noteBegin(tracked, () => request.socket),
    left: ({ tracked }) => handshakeTimes.noteEnd(tracked),
    upgraded(attempt, response, stream, head) {
      handshakeTimes.noteEnd(attempt.tracked);
      attempt.tracked.handshake = peerFactsOf(stream, attempt.request);
      start(httpStart(attempt, response, stream), earlyBytes(stream, head));
    },
    failed: (attempt, error) =>
      recordFailure(attempt.tracked, failedAttemptFacts(attempt, error, options), attempt.request),
  });
  const stopRaw = followRawClients(options, claims, keys, {
    begun: ({ tracked, attempt }) => noteBegin(tracked, () => attempt.stream as ConnectingSocket),
    upgraded(handshake, response, rest) {
      handshakeTimes.noteEnd(handshake.tracked);
      const { stream, socketPath } = handshake.attempt;
      handshake.tracked.handshake = socketPath === undefined ? peerFactsOf(stream) : { socketPath };
      start(rawStart(handshake, response), [rest]);
    },
    failed: ({ attempt, tracked }, facts) => recordFailure(tracked, facts, attempt.stream),
  });
  claims.listen({
    claimed(one) {
      attempts.forget(one);
      const watch = watchOf(one);
      if (watch instanceof WireConnection) drop(watch);
      else if (watch) unwatchStream(one);
    },
    keyClaimed: keys.noteOwn,
    handedOver(socket) {
      const stream = findHeld(socket, (one): one is object => connectionAt(one) !== undefined);
      const connection = stream && connectionAt(stream);
      if (connection) drop(connection);
      else handedOver.add(socket);
    },
  });
  const stopEnds = onEachDestroy((stream) => watchOf(stream)?.noteEnd());

  return {
    observe: () => false,
    connectionOf: (stream) => connectionAt(stream)?.tracked ?? attempts.of(stream)?.tracked,
    open,
    recordOpen() {
      for (const connection of open) record(connection, wireExitFacts(connection));
    },
    stop() {
      isStopped = true;
      stopAll([attempts.stop, stopRaw, stopEnds]);
      for (const { stream } of open) unwatchStream(stream);
    },
    noteArrival: (request, kept) => keys.noteArrival(kept, request.headers['sec-websocket-key']),
    noteResponse: (request, kept) => keys.noteResponse(kept, request.headers['sec-websocket-key']),
    noteAccepted(request, stream, head, [isMany = false, data, encoding]) {
      if (claims.isBeingAccepted(stream) || keys.isRelayed(request)) return;
      const tracked = upgrades.noteAccepted(request, stream);
      if (!tracked) return;
      const { url = '' } = tracked.handshake as HandshakeFacts;
      const connection = start(
        {
          kind: 'server',
          url,
          stream,
          tracked,
          head: new ResponseHead(),
          agreement: undefined,
          invalid: undefined,
        },
        earlyBytes(stream, head),
      );
      if (connection) noteWritten(connection, isMany, data, encoding);
    },
  };
}

function connectionAt(stream: object): WireConnection | undefined {
  const watch = watchOf(stream);
  return watch instanceof WireConnection ? watch : undefined;
}

function openFactsOf({ kind, url, tracked }: WireConnection): OpenFacts {
  const { socketPath, template } = (tracked.handshake ?? {}) as HandshakeFacts;
  return { kind, url, socketPath, template };
}
