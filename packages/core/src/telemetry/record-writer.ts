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
import type { Destination } from './destination.ts';
import type { CreateLabelLimits } from './label-limits.ts';

/** Makes span, metrics and hook call of each close. */
export interface RecordWriter {
  /** Returns whether a record would reach a provider or a hook. */
  isWanted(): boolean;
  /** Looks for providers again. Returns whether there is one, or none on purpose. */
  find(): boolean;
  /**
   * Makes span, metrics and hook call of a close; makes no span of one that could not be kept (`isLost`). Never throws.
   */
  write(closed: PendingClose, isLost?: boolean): void;
  /** Returns whether a close is normal by its code alone; normal ones are dropped first. */
  isNormal(closed: PendingClose): boolean;
  /**
   * Counts the closes written since the last call: one look-up in a metric store for many closes.
   * @param dropped number of closes that could not be kept
   */
  wrote(dropped: number): void;
}

/**
 * Makes a writer, whose spans and metrics go where `destination` has found providers.
 * @param createLimits makes the limits of metric labels. Absent: the first values become labels
 */
export function createRecordWriter(
  options: WebSocketOptions,
  destination: Destination,
  createLimits?: CreateLabelLimits,
): RecordWriter {
  const { redactReason, closeCodes, isAbnormal, closeHook } = options;
  const rules = {
    closeCodes,
    parseEndpoint: createEndpointParser(options),
    redactReason: (reason: string) =>
      redactReason ? guard('redactReason', () => redactReason(reason), '') : reason,
  };
  let meter: Meter | undefined;
  let metrics: CloseMetrics | undefined;
  let exported = 0;

  const find = () =>
    guard(
      'provider',
      () => {
        const found = destination.find();
        if (destination.meter !== meter) {
          metrics = destination.meter && createCloseMetrics(destination.meter, createLimits?.(closeCodes));
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
      // A hook may be an `async` function; its rejection must not be unhandled.
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
      guard('metrics', () => metrics?.count(exported, dropped));
      exported = 0;
    },
  };
}
