import { diag, NAME, now, type Recorder } from '@closespan/core/platform';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { startPause } from '../pipeline/timers-at-load.ts';
import { sharedListener } from '../runtime/shared-listener.ts';
import { type ExitSignals, watchExitSignals } from './exit-signals.ts';

/** Sends queued closes before the process ends, if the process leaves time for this. */
export interface FlushBeforeExit {
  /**
   * Adds the listeners for the end of the process. Call this method when a connection begins. A later call adds again
   * the listeners for signals that the app has removed.
   */
  watch(): void;
  /** Notes that a close was recorded and must be sent before the process ends. */
  noteRecord(): void;
  /** Keeps the process alive until a flush that the app has requested is done, for at most `exitTimeout`. */
  keepAlive(flushed: Promise<void>): void;
  /**
   * Removes the listeners for the end of the process. The listener for `beforeExit` stays until every close is sent.
   */
  stop(): void;
}

/** Actions at the end of a process. */
interface EndActions {
  /** Records each failed handshake whose `close` event has not come yet. */
  settle(): void;
  /** Records every open connection. Called before a signal ends the process, and not if the process survives. */
  recordOpen(): void;
  /**
   * Called immediately before a signal comes again that the app does not listen for.
   * @param isDeadly false if the process survives the signal
   */
  die(isDeadly: boolean): void;
}

/**
 * Milliseconds after an exit signal in which the app may exit because of the signal. An app that runs longer does not
 * intend to exit.
 */
const ENDING_MILLIS = 60_000;
/**
 * Default of the option `exitSignals`. The default is empty on Windows, which ends a process by force and cannot pass a
 * signal on.
 */
const EXIT_SIGNALS = process.platform === 'win32' ? [] : ['SIGTERM', 'SIGINT'];
const beforeExit = sharedListener('beforeExit');

/**
 * Makes an object that sends queued closes before the process ends. The first connection or the first recorded close
 * adds its listeners.
 */
export function flushBeforeExit(
  recorder: Recorder,
  { exitTimeout = 5000, exitSignals = EXIT_SIGNALS, spool }: NodeWebSocketOptions,
  { settle, recordOpen, die }: EndActions,
): FlushBeforeExit {
  let unsent = false;
  /**
   * Time until which each close is sent at once, in monotonic milliseconds. Until then an app that received an exit
   * signal may call `process.exit()`.
   */
  let endingUntil = 0;
  /** Whether the process has begun to end. */
  let isEnding = false;
  let sending: Promise<void> | undefined;
  let stopWatching: (() => void) | undefined;
  let signals: ExitSignals | undefined;
  /** Flushes that the app waits for. */
  const flushes = new Set<Promise<void>>();
  /** Whether the time for exports is up. It stays so until a further close shows that the process lives on. */
  let isCancelled = false;

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
      // The first flush may have loaded the code that knows of outages.
      if (isEnding) noteOutages();
    }
  }

  function noteOutages(): void {
    if (recorder.recording()?.endOutages()) unsent = true;
  }

  /**
   * Sends every queued close. The promise resolves when every close is sent or when `exitTimeout` is over. The process
   * stays alive until then, and no longer.
   */
  async function sendInTime(): Promise<void> {
    settle();
    isEnding = true;
    noteOutages();
    if (!unsent && !sending && flushes.size === 0) return;
    const sent = send();
    const limit = startPause(exitTimeout, true);
    const isOver = limit.over.then(() => true);
    const isLate = await Promise.race([Promise.all([sent, ...flushes]).then(() => false), isOver]);
    limit.end();
    if (!isLate) return;
    diag.error(`${NAME}: exports not done within ${exitTimeout} ms, the process ends`);
    isCancelled = true;
    recorder.recording()?.cancelExports(true);
    // Every queued close is written now, though an exporter takes no more than its own queue holds.
    recorder.recording()?.flushNow();
    // Neither a second signal nor another `beforeExit` must wait for what hangs.
    forget(sent);
    flushes.clear();
  }

  function watch(): void {
    if (stopWatching) {
      signals?.renew();
      return;
    }
    const onBeforeExit = () => void sendInTime();
    beforeExit.add(onBeforeExit);
    signals = watchExitSignals(exitSignals, {
      appListens() {
        endingUntil = now() + ENDING_MILLIS;
        void send();
      },
      beforeDeath(isDeadly) {
        if (isDeadly) recordOpen();
        return sendInTime();
      },
      die(isDeadly) {
        // If the process survives, its next close lets exports go again.
        isCancelled = true;
        die(isDeadly);
      },
      dieAtOnce: spool === undefined ? undefined : () => die(true),
    });
    stopWatching = () => {
      signals?.stop();
      // The `beforeExit` listener stays until the last closes are sent, since the process may end before.
      unsent = true;
      void send().then(() => {
        beforeExit.remove(onBeforeExit);
        signals?.end();
      });
    };
  }

  return {
    watch,
    noteRecord() {
      unsent = true;
      isEnding = false;
      if (isCancelled) recorder.recording()?.cancelExports(false);
      isCancelled = false;
      if (!stopWatching) watch();
      if (endingUntil > 0 && now() < endingUntil) void send();
    },
    keepAlive(flushed) {
      flushes.add(flushed);
      void flushed.finally(() => flushes.delete(flushed));
    },
    stop() {
      stopWatching?.();
    },
  };
}
