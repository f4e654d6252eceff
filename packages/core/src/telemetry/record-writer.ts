import type { Meter, Span } from '@opentelemetry/api';
import { guard } from '../guard.ts';
import type { MoreMetrics } from '../metrics/close-metrics.ts';
import type { CreateLabelLimits } from '../metrics/label-limits.ts';
import { createMetricsInUse, type LoadMetrics } from '../metrics/metrics-in-use.ts';
import type { WebSocketOptions } from '../options.ts';
import type { Chain, ChainEnd } from '../record/chain.ts';
import type { PendingClose } from '../record/close-facts.ts';
import type { CloseRecord } from '../record/close-record.ts';
import { createCloseRecord, isAbnormalCode } from '../record/create-close-record.ts';
import { diag } from '../registered-api.ts';
import type { AppHooks } from '../span/app-hooks.ts';
import { errorTypeOf } from '../span/close-attributes.ts';
import { type CloseSpan, closeSpanOf, type SpanParts, startCloseSpan } from '../span/close-span.ts';
import type { LimitConclusion } from '../span/conclude-limits.ts';
import { reconnectSpanOf } from '../span/reconnect-span.ts';
import { createRecordRules, type OverSocket } from '../span/record-rules.ts';
import { NAME } from '../version.ts';
import type { Destination } from './destination.ts';

/** Makes the span, the metrics and the hook call of each close. */
export interface RecordWriter {
  /** Returns whether a record would reach a provider or a hook. */
  isWanted(): boolean;
  /** Looks for providers again. Returns `true` if there is one, or if the option `otlp: false` needs none. */
  find(): boolean;
  /**
   * Makes the span, the metrics and the hook call of a close. Never throws.
   * @param isLost if `true`, no span is made, because the close could not be kept
   */
  write(closed: PendingClose, isLost?: boolean): void;
  /** Returns whether a close is normal, judged by its code and `wasClean` alone. Normal closes are dropped first. */
  isNormal(closed: PendingClose): boolean;
  /**
   * Counts the closes that were written since the last call. So many closes need only one look-up in a metric store.
   * @param dropped number of closes whose spans were dropped
   */
  wrote(dropped: number): void;
  /** Resolves when the code of metrics has been loaded, or when its load has failed. `undefined` if nothing loads. */
  loadingMetrics(): Promise<void> | undefined;
}

/** Receives the meter that is in use from now on; `undefined` if metrics have no destination. */
export type WatchMeter = (meter: Meter | undefined) => void;

/** Parts of a writer that some runtimes have. */
interface WriterParts extends MoreMetrics, SpanParts {
  readonly options: WebSocketOptions;
  /** Hooks of the app. @defaultValue none */
  readonly hooks?: AppHooks;
  /** Makes the limits for metric labels. If absent, the first values become labels. */
  readonly createLabelLimits?: CreateLabelLimits;
  /** Called with each meter that is found, after `createLabelLimits`. Must not throw. */
  readonly watchMeter?: WatchMeter;
  /** Corrects the server of a connection over a Unix socket. If absent, there are no such connections. */
  readonly overSocket?: OverSocket;
  /** Returns whether a handshake that a server refused gets a span. If absent, no such handshake does. */
  readonly takesRefusal?: () => boolean;
  /** Concludes which time limit has ended a connection. If absent, no limit is concluded. */
  readonly concludeLimit?: LimitConclusion['concludeLimit'];
}

/**
 * Makes a writer. Its spans and metrics are sent to the providers that `destination` has found.
 * @param loadMetrics called when a meter is found. Without this function there are no metrics
 */
export function createRecordWriter(
  parts: WriterParts,
  destination: Destination,
  loadMetrics: LoadMetrics | undefined,
): RecordWriter {
  const { options, hooks = {}, createLabelLimits, watchMeter } = parts;
  const { closeHook, metricAttributes, reconnects } = options;
  const rules = createRecordRules(options, hooks, parts.transport, parts.overSocket);
  let meter: Meter | undefined;
  const metrics = createMetricsInUse(loadMetrics, ({ createCloseMetrics }, newMeter) =>
    createCloseMetrics(newMeter, createLabelLimits?.(options), metricAttributes, parts),
  );
  let exported = 0;

  const find = () =>
    guard(
      'provider',
      () => {
        const found = destination.find();
        if (destination.meter !== meter) {
          meter = destination.meter;
          metrics.use(meter);
          watchMeter?.(meter);
        }
        return found;
      },
      false,
    );

  /**
   * Makes a span. Returns `undefined` if the span has already ended, because no hook may change it, or if the built-in
   * pipeline has no tracer and the span is not sampled.
   * @param end gets the ids of the span
   */
  function makeSpan(span: CloseSpan, end?: ChainEnd): Span | undefined {
    const { tracer } = destination;
    if (!closeHook && destination.addSpan(span, end)) exported++;
    else if (tracer) {
      const started = startCloseSpan(tracer, span, hooks.contextOf);
      if (end) end.span = started.spanContext();
      return started;
    }
    return undefined;
  }

  function endSpan(span: Span | undefined, time: number): void {
    guard('span', () => {
      if (span?.isRecording()) exported++;
      span?.end(time);
    });
  }

  /** Makes the span and the metric of an outage that has ended. */
  function writeOutage(ended: PendingClose, outage: Chain, makesSpan: boolean): void {
    const endpoint = rules.endpointOf(ended.facts);
    if (ended.isOpening) metrics.measure((made) => made.addOutage(ended, outage, endpoint));
    if (!makesSpan || reconnects === false) return;
    const span = reconnectSpanOf(ended, outage, endpoint);
    const started = guard('tracer', () => makeSpan(span));
    endSpan(started, span.endTime);
  }

  function write(record: CloseRecord, makesSpan: boolean, { end, previous, socket }: PendingClose): void {
    // A server that refuses a handshake has had no connection: nothing closed.
    const isRefusal = record.kind === 'server' && !record.handshakeSucceeded;
    if (isRefusal) {
      metrics.measure((made) => made.addHandshake(record, errorTypeOf(record, true)));
      if (!(makesSpan || closeHook) || !parts.takesRefusal?.()) return;
    }
    const errorType = errorTypeOf(record, hooks.isAbnormal?.(record) ?? record.abnormal);
    if (!isRefusal) metrics.measure((made) => made.add(record, errorType));
    // A provider that throws costs its own signal alone.
    const span = makesSpan
      ? guard('tracer', () =>
          makeSpan(closeSpanOf(record, errorType, options, previous?.span, undefined, parts), end),
        )
      : undefined;
    hooks.closeHook?.(record, span, socket?.deref());
    endSpan(span, record.closeTime);
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
        const makesSpan = !isLost && destination.makesSpans;
        if (closed.outage) return writeOutage(closed, closed.outage, makesSpan);
        const seen = createCloseRecord(closed, rules);
        // In a page this part may be loaded later.
        const record = parts.concludeLimit?.(seen, closed) ?? seen;
        if (closed.end) closed.end.cause = record.cause;
        closed.causes?.add(record.cause);
        write(hooks.freeze?.(record) ?? record, makesSpan, closed);
      } catch (error) {
        diag.error(`${NAME}: record threw`, error);
      }
    },
    isNormal: ({ connection, facts }) =>
      connection.openedAt !== undefined &&
      !isAbnormalCode(facts.code, facts.wasClean, rules.meaningOf(facts, facts.code)),
    wrote(dropped) {
      const sent = exported;
      metrics.measure((made) => made.count(sent, dropped));
      exported = 0;
    },
    loadingMetrics: metrics.loading,
  };
}
