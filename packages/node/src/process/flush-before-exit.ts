import { NAME, now, type Recorder } from '@closespan/core/platform';
import { diag } from '@opentelemetry/api';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { watchExitSignals } from './exit-signals.ts';
import { type ExportRequests, watchExportRequests } from './export-requests.ts';

/** Sends queued closes before the process ends, as far as the process lets us. */
export interface FlushBeforeExit {
  /** Adds the listeners for the end of the process. Call it when a connection begins; a second call does nothing. */
  watch(): void;
  /** Notes that a close was recorded, which has to be sent before the process ends. */
  noteRecord(): void;
  /** Removes the listeners as soon as every close is sent. */
  stop(): void;
}

/** An app that is still running this long after SIGTERM does not intend to exit because of it. */
const ENDING_MILLIS = 60_000;
/** Windows ends a process by force where other systems send a signal, and a signal cannot be passed on there. */
const EXIT_SIGNALS = process.platform === 'win32' ? [] : ['SIGTERM', 'SIGINT'];

/**
 * Makes the flush before the end of the process. No listener is added before there may be a close to send.
 * @param settle records failed handshakes whose `close` event is still awaited
 */
export function flushBeforeExit(
  recorder: Recorder,
  settle: () => void,
  { exitTimeout = 5000, exitSignals = EXIT_SIGNALS }: NodeWebSocketOptions,
): FlushBeforeExit {
  let unsent = false;
  /** Until this time, in monotonic milliseconds, an app that was told to end may call `process.exit()`. */
  let endingUntil = 0;
  let sending: Promise<void> | undefined;
  let stopWatching: (() => void) | undefined;
  /** Exports whose time is up. They stay cancelled until a further close shows that the process lives on. */
  let cancelled: ExportRequests | undefined;

  function send(): Promise<void> {
    if (!sending) {
      const sent = sendAll().finally(() => forget(sent));
      sending = sent;
    }
    return sending;
  }

  function forget(sent: Promise<void>): void {
    if (sending === sent) sending = undefined;
  }

  async function sendAll(): Promise<void> {
    while (unsent) {
      unsent = false;
      await recorder.forceFlush();
    }
  }

  /** Resolves when every close is sent or the time is up. Keeps the process alive until then, and no longer. */
  async function sendInTime(): Promise<void> {
    settle();
    if (!unsent && !sending) return;
    const exports = watchExportRequests();
    const sent = send();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        diag.error(`${NAME}: exports not done within ${exitTimeout} ms, the process ends`);
        exports.cancel();
        cancelled = exports;
        // Every queued close is written now, though an exporter takes no more than its own queue holds.
        recorder.flushNow();
        // A second signal must not wait for the export that hangs.
        forget(sent);
        resolve();
      }, exitTimeout);
      void sent.then(() => {
        clearTimeout(timer);
        if (cancelled !== exports) exports.stop();
        resolve();
      });
    });
  }

  function watch(): void {
    if (stopWatching) return;
    const onBeforeExit = () => void sendInTime();
    process.on('beforeExit', onBeforeExit);
    const stopSignals = watchExitSignals(exitSignals, {
      appListens() {
        endingUntil = now() + ENDING_MILLIS;
        void send();
      },
      beforeDeath: sendInTime,
    });
    stopWatching = () => {
      stopSignals();
      // The `beforeExit` listener stays until the last closes are sent, since the process may end before.
      unsent = true;
      void send().then(() => process.off('beforeExit', onBeforeExit));
    };
  }

  return {
    watch,
    noteRecord() {
      unsent = true;
      cancelled?.stop();
      cancelled = undefined;
      watch();
      if (now() < endingUntil) void send();
    },
    stop() {
      stopWatching?.();
    },
  };
}
