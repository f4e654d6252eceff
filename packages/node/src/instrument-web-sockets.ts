import {
  NAME,
  type Platform,
  PlatformInstrumentation,
  type Recorder,
  startInstrumentation,
} from '@closespan/core/platform';
import { diag } from '@opentelemetry/api';
import { PROCESS_EXIT } from './connection/process-exit-facts.ts';
import { observeOwnGlobal } from './global/observe-own-global.ts';
import type { NodeWebSocketHandle } from './instrument-server.ts';
import { NODE_OPTION_CHECKS, type NodeWebSocketOptions } from './node-options.ts';
import { loadRecording } from './pipeline/load-recording.ts';
import { startPipeline } from './pipeline/start-pipeline.ts';
import { createProcessEnd } from './process/flush-before-exit.ts';
import { createUnfoundWarning } from './runtime/warn-of-unobserved.ts';
import { observeUndici } from './undici/observe-undici.ts';
import { propagateThroughUndici } from './undici/propagate-through-undici.ts';
import { createUpgradeAcceptor } from './upgrades/accepted-upgrades.ts';
import { observeUpgrades } from './upgrades/observe-upgrades.ts';
import { createWebsocketObserver } from './websocket/observe-websocket.ts';
import { createWsObserver } from './ws/observe-ws.ts';
import { createWsServerObserver } from './ws/observe-ws-server.ts';
import { findWsClasses } from './ws/ws-classes.ts';

/** Node, for core. */
export const platform: Platform<NodeWebSocketOptions, NodeWebSocketHandle> = {
  optionChecks: NODE_OPTION_CHECKS,
  install,
  startPipeline,
  loadRecording,
};

/**
 * Records every close of `ws` and `websocket` clients and servers, of the global `WebSocket` and of undici from now on.
 * Call it once at start-up; libraries may be loaded before or after. A second call returns the same handle.
 * @throws TypeError for a wrong option; never afterwards
 * @example const { shutdown } = instrumentWebSockets({ serviceName: 'chat' })
 */
export function instrumentWebSockets(options: NodeWebSocketOptions = {}): NodeWebSocketHandle {
  return startInstrumentation(platform, options);
}

/** The same for apps that call `registerInstrumentations`. */
export class WebSocketInstrumentation extends PlatformInstrumentation<NodeWebSocketOptions> {
  /** @throws TypeError for a wrong option */
  constructor(config: NodeWebSocketOptions & { enabled?: boolean } = {}) {
    super(platform, config);
  }
}

function install(recorder: Recorder, options: NodeWebSocketOptions): ReturnType<typeof platform.install> {
  const end = createProcessEnd(recorder, () => undici.settle(), options);
  const watched: Recorder = {
    ...recorder,
    record(connection, facts) {
      recorder.record(connection, facts);
      end.recorded();
    },
  };
  const unfound = createUnfoundWarning();
  const upgrades = observeUpgrades(watched, options, unfound.unseen);
  const acceptor = createUpgradeAcceptor(options, upgrades);
  const servers = createWsServerObserver(acceptor, () => ws);
  const ws = createWsObserver(watched, options, {
    takeAccepted: servers.take,
    found: unfound.found,
    opened: end.watch,
  });
  const explicitly = new WeakSet<object>();
  const undici = observeUndici(watched, options, (socket) => explicitly.has(socket), end.watch);
  const stopPropagating = propagateThroughUndici(options);
  const explicit = observeOwnGlobal(watched, options);
  const websocket = createWebsocketObserver(watched, options, acceptor, {
    found: unfound.found,
    opened: end.watch,
  });
  const stopFinding = findWsClasses(ws.patch, servers.patch, websocket.patch);
  return {
    observe(socket, info) {
      if (ws.adopt(socket, info) || undici.observe(socket, info) || websocket.has(socket)) return;
      explicitly.add(socket);
      explicit.observe(socket, info);
    },
    instrumentServer(server) {
      if (!servers.adopt(server)) diag.warn(`${NAME}: instrumentServer got no server of ws`);
    },
    settle: undici.settle,
    stop(ending) {
      if (ending) {
        ws.closeAll();
        websocket.closeAll();
        undici.closeAll();
        for (const socket of explicit.observed.keys()) explicit.recordEnd(socket, PROCESS_EXIT);
      }
      stopFinding();
      unfound.found();
      upgrades.stop();
      servers.unpatch();
      ws.unpatch();
      websocket.unpatch();
      undici.stop();
      stopPropagating();
      explicit.stop();
      end.stop();
    },
  };
}
