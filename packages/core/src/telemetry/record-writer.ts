import { diag, INVALID_SPAN_CONTEXT, type Meter, type Span, type Tracer, trace } from '@opentelemetry/api';
import { guard } from '../guard.ts';
import type { WebSocketOptions } from '../options.ts';
import type { PendingClose } from '../record/close-facts.ts';
import type { CloseRecord } from '../record/close-record.ts';
import { createCloseRecord, isAbnormalCode } from '../record/create-close-record.ts';
import { createEndpointParser } from '../record/endpoint.ts';
import { NAME } from '../version.ts';
import { closeAttributes, errorTypeOf } from './close-attributes.ts';
import { type CloseMetrics, createCloseMetrics } from './close-metrics.ts';
import { startCloseSpan } from './close-span.ts';
import { createDestination, type StartPipeline } from './destination.ts';

/** Makes span, metrics and hook call of each close. */
export interface RecordWriter {
  isWanted(): boolean;
  /** Looks for providers; says whether there is somewhere to write to, or nowhere on purpose. */
  find(): boolean;
  /**
   * The same, and loads our own pipeline where nobody has another. Does not reject.
   * @param now what has not arrived is sent again at once; only if all has, there is somewhere to write to
   */
  prepare(now: boolean): Promise<boolean>;
  /** Whether closes may wait for each other. */
  mayWait(): boolean;
  /** Makes all of a close; of one that could not be kept, all but the span. */
  write(closed: PendingClose, isLost?: boolean): void;
  /** Whether a close matters less than others, at a glance. */
  isNormal(closed: PendingClose): boolean;
  /**
   * Counts what was written since the last call: one look-up in a metric store for many closes.
   * @param dropped how many closes could not be kept
   */
  wrote(dropped: number): void;
  /** How many of those that were written have not arrived. */
  unsent(): Promise<number>;
  /** Resolves when what was written has been exported, or that failed. */
  flush(spansOnly: boolean): Promise<void>;
  /** The same without waiting, for a page that is about to go. */
  flushNow(): void;
  /** Stops our own pipeline. */
  shutdown(): Promise<void>;
}

/** Makes a writer, which starts our own pipeline where nobody has another. */
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
  let exported = 0;

  const find = () =>
    guard(
      'provider',
      () => {
        const found = destination.find();
        if (destination.meter !== meter) {
          metrics = destination.meter && createCloseMetrics(destination.meter);
          meter = destination.meter;
        }
        return found;
      },
      false,
    );

  function write(record: CloseRecord, tracer: Tracer | undefined): void {
    // A server that refuses a handshake has had no connection: nothing closed.
    if (record.kind === 'server' && !record.handshakeSucceeded) {
      metrics?.addHandshake(record, errorTypeOf(record, true));
      return;
    }
    const abnormal = isAbnormal
      ? guard('isAbnormal', () => isAbnormal(record), record.abnormal)
      : record.abnormal;
    const errorType = errorTypeOf(record, abnormal);
    metrics?.add(record, errorType);
    let span: Span | undefined;
    if (tracer) span = startCloseSpan(tracer, record, closeAttributes(record, errorType), options);
    if (closeHook) {
      // The type takes an `async` function, too; what it rejects with must not be unhandled.
      const call = async () => closeHook(record, span ?? trace.wrapSpanContext(INVALID_SPAN_CONTEXT));
      call().catch((error) => diag.error(`${NAME}: closeHook threw`, error));
    }
    if (span?.isRecording()) exported++;
    span?.end(record.closeTime);
  }

  return {
    isWanted() {
      if (options.otlp !== false || options.tracerProvider || options.meterProvider || closeHook) return true;
      find();
      return Boolean(destination.tracer ?? meter);
    },
    find,
    prepare: async (now) =>
      (find() || ((await destination.load()) && find())) && (await destination.ready(now)),
    mayWait: () => destination.mayWait,
    write(closed, isLost) {
      // As `guard` does, without a closure for each close.
      try {
        write(createCloseRecord(closed, rules), isLost ? undefined : destination.tracer);
      } catch (error) {
        diag.error(`${NAME}: record threw`, error);
      }
    },
    isNormal: ({ connection, facts: { code, wasClean } }) =>
      connection.openedAt !== undefined && !isAbnormalCode(code, wasClean, closeCodes),
    wrote(dropped) {
      guard('metrics', () => metrics?.count(exported, dropped), undefined);
      exported = 0;
    },
    unsent: destination.unsent,
    flush: destination.flush,
    flushNow: destination.flushNow,
    shutdown: destination.shutdown,
  };
}
