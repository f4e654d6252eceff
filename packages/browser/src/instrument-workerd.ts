import {
  type ErrorEvidence,
  observeGlobal,
  type Platform,
  PlatformInstrumentation,
  type Recorder,
  startInstrumentation,
  type WebSocketHandle,
  type WebSocketOptions,
} from '@closespan/core';
import { startPipeline } from './instrument-web-sockets.ts';

const platform: Platform = { install, startPipeline };

/**
 * Records every close of the global `WebSocket` of a Cloudflare Worker from now on; the server's end of a
 * `WebSocketPair` is passed to `observe`. A second call returns the same handle.
 * @throws TypeError for a wrong option; never afterwards
 * @example const { observe, forceFlush } = instrumentWebSockets({ serviceName: 'chat' })
 */
export function instrumentWebSockets(options: WebSocketOptions = {}): WebSocketHandle {
  return startInstrumentation(platform, options);
}

/** The same for apps that call `registerInstrumentations`. */
export class WebSocketInstrumentation extends PlatformInstrumentation {
  /** @throws TypeError for a wrong option */
  constructor(config: WebSocketOptions & { enabled?: boolean } = {}) {
    super(platform, config);
  }
}

function install(recorder: Recorder, options: WebSocketOptions): ReturnType<Platform['install']> {
  const removeOwn = ownGlobal('WebSocket');
  const { observe, stop } = observeGlobal(recorder, options, evidenceOf);
  return {
    observe,
    uninstall() {
      stop();
      removeOwn();
    },
  };
}

/**
 * Gives the global scope a property of its own, where the value is one of its prototype's, so that it can be replaced.
 * @returns what removes it, if the value is still the same
 */
function ownGlobal(name: 'WebSocket'): () => void {
  if (Object.hasOwn(globalThis, name)) return () => {};
  const value = globalThis[name];
  Object.defineProperty(globalThis, name, { value, enumerable: true, writable: true, configurable: true });
  return () => {
    if (globalThis[name] === value) Reflect.deleteProperty(globalThis, name);
  };
}

/** What `error` events tell in words. */
function evidenceOf(event: unknown): ErrorEvidence {
  const { message = '' } = event as { message?: string };
  const [, status] = /but received (\d{3}) instead/.exec(message) ?? [];
  return {
    errored: true,
    httpStatusCode: status ? Number(status) : undefined,
    ...(message.includes('WebSocket protocol error') && { cause: 'protocol_error' }),
  };
}
