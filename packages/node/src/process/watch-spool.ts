import { diag, guard, NAME, type PartsNow, type Recorder } from '@closespan/core/platform';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { hasProvider } from '../pipeline/has-provider.ts';
import { createRecordingNow } from '../pipeline/load-recording.ts';
import { sendsSpans } from '../pipeline/pipeline-settings.ts';
import { sendStoredSpans } from '../pipeline/send-stored-spans.ts';
import { startPipelineNow } from '../pipeline/start-pipeline-now.ts';
import { startPause } from '../pipeline/timers-at-load.ts';
import { sharedListener } from '../runtime/shared-listener.ts';
import { listSpool, spoolPath } from '../spool/spool-directory.ts';
import type { SpoolSender } from '../spool/spool-sender.ts';
import { holdExit } from './hold-exit.ts';

/** Stores the closes that wait when the process ends, and sends the closes that earlier processes have stored. */
export interface SpoolWatch {
  /** Starts to send the closes that earlier processes have stored. A second call does nothing. */
  begin(): void;
  /** Makes sure that closes are stored before other listeners of the exit run. Call this method when a connection begins. */
  renew(): void;
  /**
   * Stores the closes that wait, before the function returns. Called immediately before a signal that the app does not
   * listen for.
   * @param isDeadly false if the process survives the signal; open connections are then not recorded
   */
  storeForSignal(isDeadly: boolean): void;
  /** Stops watching the end of the process, as soon as the closes that wait are sent or stored. */
  stop(): void;
}

/** Actions of an instrumentation with a spool. */
export interface SpoolActions {
  /** Records failed handshakes whose `close` event has not come yet. */
  settle(): void;
  /** Records every open connection. */
  recordOpen(): void;
  /** Watches the end of the process. */
  watch(): void;
  /** Keeps the process alive until stored closes have been tried once, for as long as the end of a process may take. */
  keepAlive(tried: Promise<void>): void;
}

/**
 * Time until stored closes are sent, in milliseconds. Meanwhile an app may register its OpenTelemetry SDK. The end of
 * the process, or a flush, comes earlier.
 */
const START_PAUSE = 100;
/** First of all listeners: another one may call `process.exit()`, after which no further listener runs. */
const exit = sharedListener('exit', true);

/** Watches the end of the process for the option `spool`. Returns `undefined` without that option. */
export function watchSpool(
  recorder: Recorder,
  options: NodeWebSocketOptions,
  { settle, recordOpen, watch, keepAlive }: SpoolActions,
): SpoolWatch | undefined {
  if (options.spool === undefined) return undefined;
  const path = spoolPath(options.spool);
  let sender: SpoolSender | undefined;
  let isObserving = true;
  /** Whether stored closes wait to be sent. */
  let mustSend = sendsSpans(options) && hasFiles(path);

  /** Stores all closes that wait. If the process ends for sure, also records and stores every open connection. */
  function store(endsForSure: boolean): void {
    const parts: PartsNow = {
      createRecording: createRecordingNow,
      startPipeline: () => startPipelineNow(options),
    };
    const flushNow = () => recorder.recording(parts.createRecording)?.flushNow(parts.startPipeline);
    const endOutages = () => recorder.recording()?.endOutages();
    const steps = [
      ...(endsForSure && isObserving ? [settle, recordOpen, endOutages] : []),
      // Spans are then held back instead of sent.
      () => recorder.recording()?.cancelExports(true),
      flushNow,
      // The parts that know of outages may have been started just now.
      () => endsForSure && endOutages() && flushNow(),
      () => sender?.release(),
    ];
    for (const step of steps) guard('spool', step);
  }

  const onExit = () => holdExit(() => store(true));

  async function send(): Promise<void> {
    try {
      sender = await sendStoredSpans(options, path);
      await sender.tried;
    } catch (error) {
      diag.error(`${NAME}: spool not loaded`, error);
    }
  }

  function begin(): void {
    if (!mustSend || hasProvider(options)) return;
    mustSend = false;
    keepAlive(send());
  }

  exit.add(onExit);
  if (mustSend) {
    watch();
    void startPause(START_PAUSE).over.then(begin);
  }
  return {
    begin,
    renew: exit.renew,
    storeForSignal: store,
    stop() {
      isObserving = false;
      mustSend = false;
      sender?.stop();
      // Closes may still wait, and are stored if the process ends before they are sent.
      void recorder.forceFlush().then(() => exit.remove(onExit));
    },
  };
}

/** Returns whether a spool may have files to send. */
function hasFiles(path: string): boolean {
  try {
    const { entries, foreign } = listSpool(path);
    return entries.length + foreign > 0;
  } catch (error) {
    // Whoever sends says why the directory cannot be used.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}
