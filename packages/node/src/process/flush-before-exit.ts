import { NAME, now, type Recorder } from '@closespan/core/platform';
import { diag } from '@opentelemetry/api';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { watchExitSignals } from './exit-signals.ts';
import { type OwnExports, watchOwnExports } from './export-requests.ts';

/** Sends what waits before the process ends, as far as the process lets us. */
export interface ProcessEnd {
  /** A connection is open or has closed: from now on there may be something to send. */
  watch(): void;
  /** A close was recorded. */
  recorded(): void;
  /** Stops as soon as all is sent. */
  stop(): void;
}

/** What lives on so long after a signal has not taken it for its end. */
const ENDING_MILLIS = 60_000;
/** Windows ends a process by force where others send a signal, and there is no way to pass one on. */
const EXIT_SIGNALS = process.platform === 'win32' ? [] : ['SIGTERM', 'SIGINT'];

/**
 * Makes a watcher, which adds no listener before there is something to watch for.
 * @param settle records what still waits for an event that may never come
 */
export function createProcessEnd(
  recorder: Recorder,
  settle: () => void,
  { exitTimeout = 5000, exitSignals = EXIT_SIGNALS }: NodeWebSocketOptions,
): ProcessEnd {
  let unsent = false;
  /** Until then, in monotonic milliseconds, the app may call `process.exit()` at any time: it was told to end. */
  let endingUntil = 0;
  let sending: Promise<void> | undefined;
  let unwatch: (() => void) | undefined;
  /** Exports whose time is up; they stay cancelled until there is a close again, so the process has lived on. */
  let cancelled: OwnExports | undefined;

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

  /** Resolves when all is sent or the time is up; keeps the process alive until then, and no longer. */
  async function sendInTime(): Promise<void> {
    settle();
    if (!unsent && !sending) return;
    const ownExports = watchOwnExports();
    const sent = send();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        diag.error(`${NAME}: exports not done within ${exitTimeout} ms, the process ends`);
        ownExports.cancel();
        cancelled = ownExports;
        // Nothing waits for its turn any more, though an exporter takes no more than its queue holds.
        recorder.flushNow();
        // What hangs is not waited for twice.
        forget(sent);
        resolve();
      }, exitTimeout);
      void sent.then(() => {
        clearTimeout(timer);
        if (cancelled !== ownExports) ownExports.stop();
        resolve();
      });
    });
  }

  function watch(): void {
    if (unwatch) return;
    const onBeforeExit = () => void sendInTime();
    process.on('beforeExit', onBeforeExit);
    const unwatchSignals = watchExitSignals(exitSignals, {
      taken() {
        endingUntil = now() + ENDING_MILLIS;
        void send();
      },
      dying: sendInTime,
    });
    unwatch = () => {
      unwatchSignals();
      // Until then the process may end, and what waits with it.
      unsent = true;
      void send().then(() => process.off('beforeExit', onBeforeExit));
    };
  }

  return {
    watch,
    recorded() {
      unsent = true;
      cancelled?.stop();
      cancelled = undefined;
      watch();
      if (now() < endingUntil) void send();
    },
    stop() {
      unwatch?.();
    },
  };
}
