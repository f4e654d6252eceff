import { createMessageMetrics } from '@closespan/core/messages';
import {
  diag,
  guard,
  limitRepeats,
  NAME,
  ownFacts,
  type Platform,
  type Recorder,
  stopAll,
} from '@closespan/core/platform';
import { createHandshakeTimes } from './connection/handshake-times.ts';
import { createLibraryEnds } from './connection/library-ends.ts';
import { limitNote } from './connection/limit-note.ts';
import { createStreamClaims } from './connection/stream-claims.ts';
import { stopWatchingUnsentBytes } from './connection/unsent-bytes.ts';
import { withAttributes } from './connection/with-attributes.ts';
import { connectionOf } from './connection-of.ts';
import { observeEngineIo } from './engine-io/observe-engine-io.ts';
import { observeOtherSockets } from './global/observe-other-sockets.ts';
import { observeAppHandlers } from './handlers/observe-app-handlers.ts';
import type { NodeWebSocketHandle } from './instrument-server.ts';
import type { LibraryObserver, LibraryTools } from './library-observer.ts';
import type { NodeWebSocketOptions } from './node-options.ts';
import { observeOpen } from './open/observe-open.ts';
import { createPingDurations } from './pings/ping-durations.ts';
import { createEarlyStart } from './pipeline/early-start.ts';
import { flushBeforeExit } from './process/flush-before-exit.ts';
import { type SpoolWatch, watchSpool } from './process/watch-spool.ts';
import { recordReported } from './reported/record-reported.ts';
import { takeOverScopes } from './runtime/global-scopes.ts';
import { warnOfUnobserved } from './runtime/warn-of-unobserved.ts';
import { watchModules } from './runtime/watch-modules.ts';
import { HAS_OWN_GLOBAL } from './runtime/which-runtime.ts';
import { createSweep } from './traffic/sweep.ts';
import { observeUndici } from './undici/observe-undici.ts';
import { createAcceptedUpgrades } from './upgrades/accepted-upgrades.ts';
import { observeUpgrades } from './upgrades/observe-upgrades.ts';
import { observeWebsocket } from './websocket/observe-websocket.ts';
import { observeWire } from './wire/observe-wire.ts';
import type { WireObserver } from './wire/wire-observer.ts';
import { observeWs } from './ws/observe-ws.ts';

type Installed = ReturnType<Platform<NodeWebSocketOptions, NodeWebSocketHandle>['install']>;

/**
 * Starts the observers of all libraries of this process, and what they share.
 * @returns the functions of the handle that exist only on Node, and a function that stops all of this
 */
export function installObservers(recorder: Recorder, options: NodeWebSocketOptions): Installed {
  limitRepeats(diag);
  const leaveScopes = takeOverScopes();
  let spool: SpoolWatch | undefined;
  let isObserving = true;
  const flush = flushBeforeExit(recorder, options, {
    settle() {
      spool?.begin();
      settle();
    },
    recordOpen,
    die: (isDeadly) => spool?.storeForSignal(isDeadly),
  });
  const handshakeTimes = createHandshakeTimes();
  const watched: Recorder = {
    ...recorder,
    record(connection, facts, socket) {
      const timed = withAttributes(ownFacts(facts), handshakeTimes.take(connection));
      recorder.record(connection, timed, handlers.appSocketOf(connection) ?? socket);
      flush.noteRecord();
    },
    opened(connection, url) {
      handshakeTimes.noteEnd(connection);
      recorder.opened(connection, url);
      // The opening may end an outage, whose span must be sent before the process ends.
      flush.noteRecord();
    },
  };
  const isOnWire = options.wire !== false && !HAS_OWN_GLOBAL;
  const unobserved = isOnWire ? undefined : warnOfUnobserved();
  let wire: WireObserver | undefined;
  const upgrades = observeUpgrades(watched, options, {
    arrived: (request, kept) => wire?.noteArrival(request, kept),
    responded: (request, kept) => wire?.noteResponse(request, kept),
    accepted(...upgrade) {
      unobserved?.noteHandshake();
      wire?.noteAccepted(...upgrade);
    },
  });
  const early = createEarlyStart(recorder);
  const libraryEnds = createLibraryEnds();
  const engineIo = observeEngineIo({ libraryEnds });
  const sweep = createSweep();
  const tools: LibraryTools = {
    recorder: watched,
    options,
    upgrades: createAcceptedUpgrades(options, upgrades),
    claims: createStreamClaims(),
    libraryEnds,
    clientMade: engineIo.noteClient,
    sweep,
    pingDurations: createPingDurations(options),
    handshakeTimes,
    foundLibrary: () => unobserved?.stop(),
    connectionBegan() {
      flush.watch();
      spool?.renew();
      early.noteConnection();
    },
  };
  if (options.messages) recorder.settings.createMessageMetrics = createMessageMetrics;
  const ws = observeWs(tools);
  const others = observeOtherSockets(tools);
  if (isOnWire) wire = observeWire(tools);
  const socketLibraries: readonly LibraryObserver[] = [
    ws,
    observeUndici(tools, others.has),
    observeWebsocket(tools),
    ...(wire ? [wire] : []),
    // The last one: it takes a socket of any library.
    others,
  ];
  const handlers = observeAppHandlers(tools, socketLibraries);
  const libraries = [...socketLibraries, handlers];
  const stopCounting = observeOpen(
    options,
    libraries.map(({ open }) => open),
  );
  const stopModules = watchModules([
    ...libraries.flatMap(({ seeModule = [] }) => seeModule),
    engineIo.seeModule,
  ]);

  function settle(): void {
    for (const library of libraries) library.settle?.();
  }

  function recordOpen(): void {
    for (const library of libraries) guard('process end', library.recordOpen);
  }

  spool = watchSpool(recorder, options, {
    settle,
    recordOpen,
    watch: flush.watch,
    keepAlive: flush.keepAlive,
  });
  return {
    observe(socket, info) {
      libraries.some((library) => library.observe(socket, info));
    },
    connectionOf: (socket, needsId) => connectionOf(libraries, socket, needsId),
    limitNote,
    observeHandlers: handlers.observeHandlers,
    instrumentServer(server) {
      if (!guard('instrumentServer', () => ws.observeServer(server), false))
        diag.warn(`${NAME}: instrumentServer got no server of ws`);
    },
    recordClose(close) {
      if (isObserving) guard('recordClose', () => recordReported(watched, options, close));
    },
    settle() {
      spool?.begin();
      settle();
      early.startNow();
    },
    keepAlive: flush.keepAlive,
    stop(processEnds) {
      isObserving = false;
      stopAll([
        ...(processEnds ? [recordOpen] : []),
        leaveScopes,
        early.stop,
        stopCounting,
        stopModules,
        unobserved?.stop,
        upgrades.stop,
        ...libraries.map(({ stop }) => stop),
        engineIo.stop,
        sweep.stop,
        handshakeTimes.stop,
        stopWatchingUnsentBytes,
        flush.stop,
        spool?.stop,
      ]);
    },
  };
}
