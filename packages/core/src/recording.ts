import { diag, INVALID_SPAN_CONTEXT, type Meter, type Span, trace } from '@opentelemetry/api';
import { guard } from './guard.ts';
import type { WebSocketOptions } from './options.ts';
import { type CloseRecord, createCloseRecord } from './record/close-record.ts';
import type { ClosedConnection } from './record/closed-connection.ts';
import { createEndpointParser } from './record/endpoint.ts';
import { closeAttributes, errorTypeOf } from './telemetry/close-attributes.ts';
import { type CloseMetrics, createCloseMetrics } from './telemetry/close-metrics.ts';
import { startCloseSpan } from './telemetry/close-span.ts';
import { createDestination, type StartPipeline } from './telemetry/destination.ts';
import { createRecordQueue } from './telemetry/record-queue.ts';
import { CAPACITY } from './telemetry/recorder.ts';
import { NAME } from './version.ts';

export { createOutcomeCounter, type Outcome } from './telemetry/outcome-counter.ts';

/** Makes telemetry of closes. Its own entry, so that pages load it after they have started. */
export interface Recording {
  /** Whether anybody would notice a record; with nothing to write to, a close costs no more than this look. */
  isWanted(): boolean;
  push(closed: ClosedConnection): void;
  /** Resolves when all closes so far have been exported, or that failed. */
  drain(): Promise<void>;
  /** The same without waiting, for a page that is about to go. */
  flushNow(): void;
  /** Drains, then stops our own pipeline. */
  shutdown(): Promise<void>;
}

/** Makes span, metrics and hook call of each close. */
interface RecordWriter {
  isWanted(): boolean;
  /** Looks for providers; says whether there is somewhere to write to, or nowhere on purpose. */
  find(): boolean;
  /** The same, and loads our own pipeline where nobody has another. Does not reject. */
  prepare(): Promise<boolean>;
  write(closed: ClosedConnection): void;
  /** Tells of closes that could not be kept. */
  drop(count: number): void;
  /** Resolves when what was written has been exported, or that failed. */
  flush(): Promise<void>;
  /** The same without waiting, for a page that is about to go. */
  flushNow(): void;
  /** Stops our own pipeline. */
  shutdown(): Promise<void>;
}

/**
 * Starts to make telemetry; nothing of it throws.
 * @param waiting closes from before, which this takes over
 * @param dropped how many more there were than could be kept
 */
export function createRecording(
  options: WebSocketOptions,
  startPipeline: StartPipeline,
  waiting: ClosedConnection[],
  dropped: number,
): Recording {
  const writer = createRecordWriter(options, startPipeline);
  const queue = createRecordQueue({ ready: writer.prepare, write: writer.write, flush }, waiting);
  // Closes that wait prepare by themselves.
  if (queue.size() === 0) void writer.prepare();

  async function flush(): Promise<void> {
    if (dropped > 0) writer.drop(dropped);
    dropped = 0;
    await writer.flush();
  }

  return {
    isWanted: writer.isWanted,
    push(closed) {
      if (queue.size() < CAPACITY) queue.push(closed);
      else dropped++;
    },
    drain: queue.drain,
    flushNow() {
      // Without a destination closes had better wait: the page may live on, or come back.
      if (!writer.find()) return;
      queue.drainNow();
      writer.flushNow();
    },
    async shutdown() {
      await queue.drain();
      await writer.shutdown();
    },
  };
}

function createRecordWriter(options: WebSocketOptions, startPipeline: StartPipeline): RecordWriter {
  const { redactReason, closeCodes, isAbnormal, closeHook } = options;
  const rules = {
    closeCodes,
    parseEndpoint: createEndpointParser(options),
    redactReason: (reason: string) =>
      redactReason ? guard('redactReason', () => redactReason(reason), '') : reason,
  };
  const destination = createDestination(options, startPipeline);
  let meter: Meter | undefined;
  let metrics: CloseMetrics | undefined;

  function find(): boolean {
    const found = destination.find();
    if (destination.meter !== meter) {
      meter = destination.meter;
      metrics = meter && createCloseMetrics(meter);
    }
    return found;
  }

  function write(record: CloseRecord): void {
    // A server that refuses a handshake has had no connection: nothing closed.
    if (record.kind === 'server' && !record.handshakeSucceeded) {
      metrics?.addHandshake(record, errorTypeOf(record, true));
      return;
    }
    const abnormal = isAbnormal
      ? guard('isAbnormal', () => isAbnormal(record), record.abnormal)
      : record.abnormal;
    const errorType = errorTypeOf(record, abnormal);
    const { tracer } = destination;
    metrics?.add(record, errorType);
    let span: Span | undefined;
    if (tracer) span = startCloseSpan(tracer, record, closeAttributes(record, errorType), options);
    if (closeHook) {
      const hooked = span ?? trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
      guard('closeHook', () => closeHook(record, hooked), undefined);
    }
    if (span?.isRecording()) metrics?.addOutcome('exported', 1);
    span?.end(record.closeTime);
  }

  return {
    isWanted() {
      if (options.otlp !== false || options.tracerProvider || options.meterProvider || closeHook) return true;
      find();
      return Boolean(destination.tracer ?? meter);
    },
    find,
    prepare: async () => find() || ((await destination.load()) && find()),
    write(closed) {
      // As `guard` does, without a closure for each close.
      try {
        write(createCloseRecord(closed, rules));
      } catch (error) {
        diag.error(`${NAME}: record threw`, error);
      }
    },
    drop(count) {
      diag.error(`${NAME}: ${count} closes dropped, the queue was full`);
      metrics?.addOutcome('dropped', count);
    },
    flush: destination.flush,
    flushNow: destination.flushNow,
    shutdown: destination.shutdown,
  };
}
