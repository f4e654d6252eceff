import { patchBefore, type Recorder, type SocketObserver } from '@closespan/core/platform';
import { recordOpenSockets } from './record-open-sockets.ts';

/**
 * Records open sockets when a worker calls its own `close()`. A worker that is terminated is told nothing.
 * @returns what stops it
 */
export function observeWorkerExit(scope: object, observer: SocketObserver, recorder: Recorder): () => void {
  return patchBefore(scope, 'close', () => {
    recordOpenSockets(observer, 'page_exit');
    recorder.flushNow();
    return undefined;
  });
}
