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
import { NAME } from './version.ts';

export { createOutcomeCounter, type Outcome } from './telemetry/outcome-counter.ts';

/** Makes span, metrics and hook call of each close. Its own entry, so that pages load it after they have started. */
export interface RecordWriter {
  /** Whether anybody would notice a record; with nothing to write to, a close costs no more than this look. */
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

/** Makes a writer; nothing that it does throws. */
export function createRecordWriter(options: WebSocketOptions, startPipeline: StartPipeline): RecordWriter {
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
