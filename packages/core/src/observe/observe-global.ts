import type { WebSocketOptions } from '../options.ts';
import { isIgnored } from '../record/ignore-urls.ts';
import type { Recorder } from '../telemetry/recorder.ts';
import { createSocketObserver, type ErrorEvidence, type SocketObserver } from './observe-socket.ts';
import { patchBefore } from './patch-method.ts';
import { wrapGlobal } from './wrap-global.ts';

/**
 * Observes each socket that the global `WebSocket` makes from now on, and others that are passed.
 * @param evidenceOf as for `createSocketObserver`
 */
export function observeGlobal(
  recorder: Recorder,
  { ignoreUrls }: WebSocketOptions,
  evidenceOf?: (event: unknown) => ErrorEvidence,
): SocketObserver {
  const native = globalThis.WebSocket;
  const observer = createSocketObserver(recorder, (socket) => socket instanceof native, evidenceOf);
  const unwrap = wrapGlobal<WebSocket>(globalThis, 'WebSocket', (socket) => {
    if (!isIgnored(socket.url, ignoreUrls)) observer.observe(socket);
  });
  const unpatch = native
    ? patchBefore(native.prototype, 'close', (socket, [code]) => observer.closing(socket, code))
    : () => {};
  const { stop } = observer;
  return Object.assign(observer, {
    stop() {
      unwrap();
      unpatch();
      stop();
    },
  });
}
