/**
 * Makes spans of closes, and metrics with code that is loaded if there is a meter. A page loads this entry when the app
 * makes its first socket, so that the page loads less code at its start. Apps import `@closespan/core` instead: names of
 * this entry may change in any release.
 * @internal
 * @module
 */

import { limitLine } from './delivery/limited-line.ts';
import { guard } from './guard.ts';
import type { LoadMetrics } from './metrics/metrics-in-use.ts';
import { createBacklog } from './queue/backlog.ts';
import { startTimer } from './queue/queue-pause.ts';
import { createRecordQueue } from './queue/record-queue.ts';
import { millisOf, type TimeLimit, waitAtMost } from './queue/wait-at-most.ts';
import type { PendingClose } from './record/close-facts.ts';
import { createReconnectChains } from './record/reconnect-chains.ts';
import type { RecordingSettings } from './recording-settings.ts';
import { diag } from './registered-api.ts';
import { createDestination } from './telemetry/destination.ts';
import type { Pipeline } from './telemetry/pipeline.ts';
import { createRecordWriter } from './telemetry/record-writer.ts';
import { NAME } from './version.ts';

export { guard } from './guard.ts';
export { now } from './record/connection.ts';
export { requestedCode } from './record/requested-code.ts';
export { diag, registeredMeterProvider } from './registered-api.ts';
export { SCHEMA } from './schema-url.ts';
export type { CloseTracer, CloseTracerProvider } from './span/close-tracer.ts';
export { NAME, VERSION } from './version.ts';

/** Makes spans, metrics and hook calls of closes. */
export interface Recording {
  /** Returns whether a record would reach a provider or a hook. If not, a close costs only this call. */
  isWanted(): boolean;
  /** Looks for providers that the app has registered since the last look. The call is cheap. */
  find(): unknown;
  /** Adds a close to the queue, or notes an opening. Spans are made in a later turn of the event loop. */
  push(closed: PendingClose): void;
  /** Records every outage that goes on, because the page or process ends. Returns whether there was an outage. */
  endOutages(): boolean;
  /**
   * Resolves when all closes so far have been exported, when their export has failed, or when the time limit has
   * passed.
   */
  drain(limit?: TimeLimit): Promise<void>;
  /**
   * Passes all waiting closes to the exporter before the function returns. Meant for a page that is about to be
   * unloaded, and for a process that is about to end. Without a provider, the closes stay in the queue.
   * @param startNow starts the built-in pipeline (closespan's OTLP/HTTP exporter) if there is no provider
   * @returns whether the built-in pipeline has stored the spans of these closes
   */
  flushNow(startNow?: () => Pipeline): boolean;
  /**
   * Makes the unfinished exports of the built-in pipeline (closespan's OTLP/HTTP exporter) fail.
   * @param isCancelled if `true`, later exports fail, too; `false` allows later exports again
   */
  cancelExports(isCancelled: boolean): unknown;
  /**
   * Exports all waiting closes, then stops the built-in pipeline (closespan's OTLP/HTTP exporter). Closes that have not
   * arrived after most of the time are dropped.
   * @param limit time limit for the whole shutdown; `false` for no limit
   */
  shutdown(limit: TimeLimit | false): Promise<void>;
}

/** Smallest share of a shutdown's time for the export of spans. */
const SPANS_SHARE = 0.6;
/**
 * Time of a shutdown that is kept for the export of metrics, in milliseconds. In a short shutdown, spans get their
 * share `SPANS_SHARE` first.
 */
const METRICS_MILLIS = 1000;

/**
 * Starts to make spans and metrics of closes. Never throws: an error is logged with `diag.error`.
 * @param loadMetrics called when there is a meter. Without this function there are no metrics
 */
export function createRecording(
  settings: RecordingSettings,
  loadMetrics: LoadMetrics | undefined = settings.loadMetrics,
): Recording {
  const { options, startPipeline, waiting, capacity, memory, createChains, startPause, nextTurn } = settings;
  const { shutdownMillis = 5000, trim, limitWait = (flush) => flush() } = settings;
  let { dropped } = settings;
  const destination = createDestination(options, startPipeline);
  const writer = createRecordWriter(settings, destination, loadMetrics);
  const { find, write } = writer;
  const queue = createRecordQueue(
    {
      ready: prepare,
      mayWait: () => destination.mayWait,
      write: writeNext,
      wrote,
      awaitRoom: () => limitWait(() => destination.flush(true, true)),
      flush: () => destination.flush(true),
    },
    startPause,
    nextTurn,
  );
  const chains = createReconnectChains(writer.isNormal, createChains?.());
  /**
   * Closes of clients that are in no chain yet, in their order. A close joins when it is written, or when a connection
   * opens: in the turn of the close this would cost the app more than all the rest.
   */
  const unjoined = createBacklog<PendingClose>();
  const tellDropped = limitLine((sum) => diag.error(`${NAME}: ${sum} closes dropped, too many wait`));
  /** Number of closes that were waiting at the end of the last drain. */
  let left = 0;
  const tellLeft = limitLine(() => diag.warn(`${NAME}: ${left} closes wait, nothing arrives`));
  let stopping: Promise<void> | undefined;
  /** Whether all closes were sent, stored or dropped by a shutdown. */
  let isStopped = false;
  waiting.splice(0).forEach(push);
  // With closes already queued, the queue calls `prepare` itself.
  if (queue.size() === 0) void prepare(false);

  /**
   * Finds a provider, or starts the built-in pipeline (closespan's OTLP/HTTP exporter) if there is none. Resolves to
   * whether closes may become spans now.
   */
  async function prepare(retryNow: boolean): Promise<boolean> {
    if (!find()) await destination.load();
    return find() && destination.ready(retryNow);
  }

  function push(closed: PendingClose): void {
    if (closed.isOpening) join();
    const item = closed.isOpening ? chains.opened(closed) : closed;
    if (item) enqueue(item);
  }

  /** Adds the ends of client connections to chains: all of them, or those up to a close. */
  function join(last?: PendingClose): void {
    while (unjoined.size() > 0 && !last?.end) {
      const next = unjoined.shift() as PendingClose;
      // A getter of the app's `closeCodes` may throw.
      const outage = guard('closeCodes', () => chains.ended(next));
      if (outage) enqueue(outage);
    }
  }

  function enqueue(item: PendingClose): void {
    if (queue.size() >= capacity || memory?.isFull()) tellDropped(makeRoom());
    // Chains see texts within their limits.
    const taken = memory?.take(item) ?? item;
    settings.noteClose?.(taken);
    if (!taken.outage && taken.facts.kind === 'client') unjoined.push(taken);
    queue.push(taken);
  }

  function endOutages(): boolean {
    join();
    const ended = chains.endOutages();
    ended.forEach(enqueue);
    return ended.length > 0;
  }

  function writeNext(closed: PendingClose, isLost?: boolean): void {
    memory?.release(closed);
    join(closed);
    write(closed, isLost);
  }

  /**
   * Counts the closes that the queue has just written. The first call also counts the closes that were dropped before
   * the recording was loaded.
   */
  function wrote(): void {
    tellDropped(dropped, queue.size() === 0);
    writer.wrote(dropped);
    dropped = 0;
  }

  /**
   * Removes up to 1024 closes from the queue and drops their spans. The oldest normal closes are removed first. Metrics
   * and the hook still get these closes. Returns the number of removed closes.
   */
  function makeRoom(): number {
    const evicted = queue.evict(writer.isNormal);
    for (const closed of evicted) writeNext(closed, true);
    writer.wrote(evicted.length);
    return evicted.length;
  }

  /** Exports all waiting closes, then the metrics. If closes cannot be delivered, logs how many closes wait. */
  async function drainAll(): Promise<void> {
    if (!stopping) {
      left = (await queue.drain()) + (await destination.unsent());
      if (!stopping) tellLeft(left);
    }
    await writer.loadingMetrics();
    await (stopping ?? destination.flush(false));
  }

  function flushNow(startNow?: () => Pipeline): boolean {
    if (isStopped) return false;
    if (startNow && !find()) destination.startNow(startNow);
    // Without a provider the closes wait on: the page may stay, or come back.
    if (!find()) return false;
    dropped += trim?.(queue, writer.isNormal) ?? 0;
    queue.drainNow();
    return destination.flushNow();
  }

  async function stop(millis: number | undefined): Promise<void> {
    // The metrics come last, since they count what was lost. Some of the time is theirs.
    const forSpans = millis && Math.max(millis * SPANS_SHARE, millis - METRICS_MILLIS);
    const inTime = await waitFor(queue.drain(), forSpans);
    if (!inTime) await destination.cancelExports(true);
    // A provider of the app takes spans although its flush hangs.
    if (destination.isOthers) queue.drainNow();
    const lost = queue.size() + (await destination.unsent());
    if (lost > 0 && !(trim && flushNow()))
      diag.warn(`${NAME}: ${lost} closes lost, ${inTime ? 'nothing arrives' : 'time is up'}`);
    while (queue.size() > 0) makeRoom();
    isStopped = true;
    await writer.loadingMetrics();
    await destination.shutdown();
  }

  function waitFor(work: Promise<unknown>, millis: number | undefined): Promise<boolean> {
    return waitAtMost(work, millis, startPause ?? startTimer);
  }

  return {
    isWanted: writer.isWanted,
    find,
    push,
    endOutages,
    async drain(limit) {
      await waitFor(drainAll(), millisOf(limit));
    },
    flushNow,
    cancelExports: destination.cancelExports,
    async shutdown(limit) {
      const millis = limit === false ? undefined : (millisOf(limit) ?? shutdownMillis);
      if (limit !== false) endOutages();
      stopping ??= stop(millis);
      if (!(await waitFor(stopping, millis))) void destination.cancelExports(true);
    },
  };
}
