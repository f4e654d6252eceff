import {
  createSocketObserver,
  type Installed,
  type Platform,
  PlatformInstrumentation,
  type Recorder,
  startInstrumentation,
  type WebSocketHandle,
} from '@closespan/core';
import { NODE_OPTION_CHECKS, type NodeWebSocketOptions } from './node-options.ts';
import { createProcessEnd } from './process-end.ts';
import { PROCESS_EXIT } from './process-exit.ts';
import { propagateThroughUndici } from './propagation/propagate-through-undici.ts';
import { startPipeline } from './start-pipeline.ts';
import { observeUndici } from './undici/observe-undici.ts';
import { findWsClasses } from './ws/find-ws.ts';
import { createWsObserver } from './ws/observe-ws.ts';
import { createWsServerObserver } from './ws/observe-ws-server.ts';

/** Node, for core. */
export const platform: Platform<NodeWebSocketOptions> = {
  optionChecks: NODE_OPTION_CHECKS,
  install,
  startPipeline,
};

/**
 * Records every close of `ws` clients and servers, of the global `WebSocket` and of undici from now on.
 * Call it once at start-up; libraries may be loaded before or after. A second call returns the same handle.
 * @throws TypeError for a wrong option; never afterwards
 * @example const { shutdown } = instrumentWebSockets({ serviceName: 'chat' })
 */
export function instrumentWebSockets(options: NodeWebSocketOptions = {}): WebSocketHandle {
  return startInstrumentation(platform, options);
}

/** The same for apps that call `registerInstrumentations`. */
export class WebSocketInstrumentation extends PlatformInstrumentation<NodeWebSocketOptions> {
  /** @throws TypeError for a wrong option */
  constructor(config: NodeWebSocketOptions & { enabled?: boolean } = {}) {
    super(platform, config);
  }
}

function install(recorder: Recorder, options: NodeWebSocketOptions): Installed {
  const end = createProcessEnd(recorder, () => undici.settle(), options);
  const watched: Recorder = {
    ...recorder,
    record(connection, facts) {
      recorder.record(connection, facts);
      end.recorded();
    },
  };
  const servers = createWsServerObserver(options);
  const ws = createWsObserver(watched, options, servers.take, end.watch);
  const explicitly = new WeakSet<object>();
  const undici = observeUndici(watched, options, (socket) => explicitly.has(socket), end.watch);
  const stopPropagating = propagateThroughUndici(options);
  const explicit = createSocketObserver(watched, () => false);
  const stopFinding = findWsClasses(({ prototype }) => {
    if (Object.hasOwn(prototype, 'emitClose') && Object.hasOwn(prototype, 'setSocket')) ws.patch(prototype);
    if (Object.hasOwn(prototype, 'completeUpgrade')) servers.patch(prototype);
  });
  return {
    observe(socket, info) {
      if (ws.has(socket) || undici.observe(socket, info)) return;
      explicitly.add(socket);
      explicit.observe(socket, info);
    },
    settle: undici.settle,
    uninstall(ending) {
      if (ending) {
        ws.closeAll();
        undici.closeAll();
        for (const socket of explicit.open.keys()) explicit.end(socket, PROCESS_EXIT);
      }
      stopFinding();
      servers.unpatch();
      ws.unpatch();
      undici.stop();
      stopPropagating();
      explicit.stop();
      end.stop();
    },
  };
}
