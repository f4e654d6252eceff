import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type CloseFacts, guard, now, stopAll } from '@closespan/core/platform';
import { onEachDestroy } from '../connection/await-destroy.ts';
import type { HandshakeFacts } from '../connection/handshake.ts';
import type { OpenFacts } from '../connection/open-walk.ts';
import { createPeerFactsReader } from '../connection/peer-facts.ts';
import { withAttributes } from '../connection/with-attributes.ts';
import type { LibraryTools } from '../library-observer.ts';
import { createOpenConnections } from '../traffic/open-connections.ts';
import { earlyBytes } from './early-bytes.ts';
import { failedAttemptFacts } from './failed-attempt.ts';
import { findHeld } from './find-held.ts';
import { createHandedOverSockets } from './handed-over.ts';
import { followHttpAttempts, type HttpAttempt } from './http-attempts.ts';
import { isRelaying } from './is-relaying.ts';
import { createRelayedKeys } from './relayed-keys.ts';
import { agreementOf, ResponseHead } from './response-head.ts';
import { isValidResponse } from './valid-response.ts';
import { noteWritten, unwatchStream, watchOf, watchStream } from './watch-stream.ts';
import { wireCloseFacts, wireExitFacts } from './wire-close-facts.ts';
import { WireConnection, type WireEvents, type WireStart } from './wire-connection.ts';
import type { WireObserver } from './wire-observer.ts';

/** Starts to observe the connections that no observer of a library claims. */
export function observeWire(tools: LibraryTools): WireObserver {
  const { recorder, options, claims, upgrades } = tools;
  const keys = createRelayedKeys();
  const peerFactsOf = createPeerFactsReader();
  const handedOver = createHandedOverSockets();
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
      if (!connection.isDoubtful && !connection.isResponding) connection.begin();
      record(connection, wireCloseFacts(connection));
    },
  };

  function record(connection: WireConnection, facts: CloseFacts): void {
    const { tracked, stream } = connection;
    if (tracked.isRecorded) return;
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
    head: Uint8Array | undefined,
  ): WireConnection | undefined {
    const connection = new WireConnection({ ...facts, acceptedAt: now() }, events);
    const { stream } = facts;
    if (handedOver.uses(stream) || !watchStream(stream, connection)) return undefined;
    for (const bytes of earlyBytes(stream, head)) {
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

  function noteUpgraded(
    { request, url, tracked }: HttpAttempt,
    response: IncomingMessage,
    stream: Duplex,
    head: Uint8Array,
  ): void {
    tracked.handshake = peerFactsOf(stream, request);
    const { 'sec-websocket-protocol': protocol = '', 'sec-websocket-extensions': extensions = '' } =
      response.headers;
    const agreement = agreementOf(protocol, extensions);
    const isDoubtful = !isValidResponse(request, response);
    start({ kind: 'client', url, stream, tracked, head: undefined, agreement, isDoubtful }, head);
  }

  const attempts = followHttpAttempts(options, claims, keys, {
    begun: tools.connectionBegan,
    upgraded: noteUpgraded,
    failed(attempt, error) {
      const { tracked, request } = attempt;
      tracked.noteRecord();
      recorder.record(tracked, failedAttemptFacts(attempt, error, options), request);
    },
  });
  claims.listen({
    claimed(one) {
      attempts.forget(one);
      const connection = connectionAt(one);
      if (connection) drop(connection);
    },
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
      stopAll([attempts.stop, stopEnds]);
      for (const { stream } of open) unwatchStream(stream);
    },
    noteArrival: (request) => keys.noteArrival(request, request.headers['sec-websocket-key']),
    noteResponse: (request) => keys.noteResponse(request, request.headers['sec-websocket-key']),
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
          isDoubtful: false,
        },
        head,
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
