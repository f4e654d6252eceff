import type { patchBefore, Recorder, SocketObserver } from '@closespan/core/platform';
import { recordOpenSockets } from './record-open-sockets.ts';

/**
 * Records open sockets when a worker calls `self.close()`. A terminated worker runs no more code, so its open sockets
 * leave no record.
 * @param patch `patchBefore` of core
 * @returns a function that restores the `close` method of the worker; `undefined` if that method is frozen
 */
export function observeWorkerExit(
  scope: object,
  observer: SocketObserver,
  recorder: Recorder,
  patch: typeof patchBefore,
): (() => void) | undefined {
  return patch(scope, 'close', () => {
    recordOpenSockets(observer, 'page_exit');
    recorder.recording()?.endOutages();
    recorder.recording()?.flushNow();
    return undefined;
  });
}
