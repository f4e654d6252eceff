import {
  NAME,
  type Platform,
  PlatformInstrumentation,
  type Recorder,
  startInstrumentation,
  stopAll,
} from '@closespan/core/platform';
import { diag } from '@opentelemetry/api';
import { observeOtherSockets } from './global/observe-other-sockets.ts';
import type { NodeWebSocketHandle } from './instrument-server.ts';
import type { LibraryObserver, LibraryTools } from './library-observer.ts';
import { NODE_OPTION_CHECKS, type NodeWebSocketOptions } from './node-options.ts';
import { loadRecording } from './pipeline/load-recording.ts';
import { startPipeline } from './pipeline/start-pipeline.ts';
import { flushBeforeExit } from './process/flush-before-exit.ts';
import { warnOfUnobserved } from './runtime/warn-of-unobserved.ts';
import { watchModules } from './runtime/watch-modules.ts';
import { observeUndici } from './undici/observe-undici.ts';
import { createAcceptedUpgrades } from './upgrades/accepted-upgrades.ts';
import { observeUpgrades } from './upgrades/observe-upgrades.ts';
import { observeWebsocket } from './websocket/observe-websocket.ts';
import { observeWs } from './ws/observe-ws.ts';

/** The Node platform: its options, its observers and its built-in pipeline. */
export const platform: Platform<NodeWebSocketOptions, NodeWebSocketHandle> = {
  optionChecks: NODE_OPTION_CHECKS,
  install,
  startPipeline,
  loadRecording,
};

/**
 * Records every WebSocket close of this process from now on: clients and servers of `ws` and `websocket`, the global
 * `WebSocket`, and undici. Call it once at start-up, before or after the libraries are loaded.
 * @returns the handle; a second call returns the handle of the first call and ignores its options
 * @throws TypeError for a wrong option; nothing throws afterwards
 * @example const { shutdown } = instrumentWebSockets({ serviceName: 'chat' })
 */
export function instrumentWebSockets(options: NodeWebSocketOptions = {}): NodeWebSocketHandle {
  return startInstrumentation(platform, options);
}

/**
 * Records every WebSocket close of this process, for apps that call `registerInstrumentations()` of OpenTelemetry.
 * Observation begins with `enable()`, which `registerInstrumentations()` calls.
 * @example registerInstrumentations({ instrumentations: [new WebSocketInstrumentation()] })
 */
export class WebSocketInstrumentation extends PlatformInstrumentation<NodeWebSocketOptions> {
  /**
   * Makes the instrumentation. Unless `config.enabled` is true, observation begins with `enable()`.
   * @throws TypeError for a wrong option
   */
  constructor(config: NodeWebSocketOptions & { enabled?: boolean } = {}) {
    super(platform, config);
  }
}

function install(recorder: Recorder, options: NodeWebSocketOptions): ReturnType<typeof platform.install> {
  const flush = flushBeforeExit(recorder, settle, options);
  const watched: Recorder = {
    ...recorder,
    record(connection, facts) {
      recorder.record(connection, facts);
      flush.noteRecord();
    },
  };
  const unobserved = warnOfUnobserved();
  const upgrades = observeUpgrades(watched, options, unobserved.noteHandshake);
  const tools: LibraryTools = {
    recorder: watched,
    options,
    upgrades: createAcceptedUpgrades(options, upgrades),
    foundLibrary: unobserved.stop,
    connectionBegan: flush.watch,
  };
  const ws = observeWs(tools);
  const others = observeOtherSockets(tools);
  const libraries: readonly LibraryObserver[] = [
    ws,
    observeUndici(tools, others.has),
    observeWebsocket(tools),
    // The last one: it takes a socket of any library.
    others,
  ];
  const stopModules = watchModules(libraries.flatMap(({ seeModule = [] }) => seeModule));

  function settle(): void {
    for (const library of libraries) library.settle?.();
  }

  return {
    observe(socket, info) {
      libraries.some((library) => library.observe(socket, info));
    },
    instrumentServer(server) {
      if (!ws.observeServer(server)) diag.warn(`${NAME}: instrumentServer got no server of ws`);
    },
    settle,
    stop(processEnds) {
      if (processEnds) for (const library of libraries) library.recordOpen();
      stopAll([
        stopModules,
        unobserved.stop,
        upgrades.stop,
        ...libraries.map(({ stop }) => stop),
        flush.stop,
      ]);
    },
  };
}
