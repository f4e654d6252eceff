import { diag, INVALID_SPAN_CONTEXT, type Meter, type Span, trace } from '@opentelemetry/api';
import { closeAttributes, errorTypeOf } from './close-attributes.ts';
import { type CloseMetrics, createCloseMetrics } from './close-metrics.ts';
import {
  type ClosedConnection,
  type CloseFacts,
  type CloseRecord,
  closeConnection,
  createCloseRecord,
} from './close-record.ts';
import { startCloseSpan } from './close-span.ts';
import type { Connection } from './connection.ts';
import { createEndpointParser } from './endpoint.ts';
import { guard } from './guard.ts';
import type { WebSocketOptions } from './options.ts';
import { type Destination, findDestination, type Pipeline } from './providers.ts';
import { createRecordQueue } from './record-queue.ts';
import { NAME } from './version.ts';

/** Turns closed connections into spans, metrics and hook calls, in later turns of the event loop. */
export interface Recorder {
  /** Takes the end of a connection; call it once a connection. */
  record(connection: Connection, facts: CloseFacts): void;
  /** Resolves when all closes so far have been exported. */
  forceFlush(): Promise<void>;
  /** The same without waiting, for a page that is about to go. */
  flushNow(): void;
  /** Flushes, then stops our own pipeline; a provider of the user's goes on. */
  shutdown(): Promise<void>;
}

/** Loads our own pipeline. */
export type StartPipeline = (options: WebSocketOptions) => Promise<Pipeline>;

/** Makes a recorder; `startPipeline` is called at most once, when the first record has nowhere to go. */
export function createRecorder(options: WebSocketOptions, startPipeline: StartPipeline): Recorder {
  const { redactReason, closeCodes, isAbnormal, closeHook } = options;
  const rules = {
    closeCodes,
    parseEndpoint: createEndpointParser(options),
    redactReason: (reason: string) =>
      redactReason ? guard('redactReason', () => redactReason(reason), '') : reason,
  };
  let destination: Destination = findDestination(options, undefined);
  let pipeline: Pipeline | undefined;
  let starting: Promise<void> | undefined;
  let meter: Meter | undefined;
  let closeMetrics: CloseMetrics | undefined;
  let dropped = 0;

  const queue = createRecordQueue<ClosedConnection>({
    async ready() {
      find();
      if (!destination.tracer && options.otlp !== false) await start();
      return Boolean(destination.tracer ?? pipeline) || options.otlp === false;
    },
    write: (closed) => guard('record', () => write(createCloseRecord(closed, rules)), undefined),
    flush,
  });

  function find(): void {
    destination = findDestination(options, pipeline);
    if (destination.meter === meter) return;
    meter = destination.meter;
    closeMetrics = meter && createCloseMetrics(meter);
  }

  function start(): Promise<void> {
    starting ??= startPipeline(options).then(
      (started) => {
        pipeline = started;
        find();
      },
      (error: unknown) => {
        starting = undefined;
        diag.error(`${NAME}: OTLP pipeline not loaded, closes wait for the next try`, error);
      },
    );
    return starting;
  }

  function write(record: CloseRecord): void {
    const abnormal = isAbnormal
      ? guard('isAbnormal', () => isAbnormal(record), record.abnormal)
      : record.abnormal;
    const errorType = errorTypeOf(record, abnormal);
    const { tracer } = destination;
    closeMetrics?.add(record, errorType);
    let span: Span | undefined;
    if (tracer) {
      span = startCloseSpan(tracer, record, closeAttributes(record, errorType), options);
    }
    if (closeHook) {
      const hooked = span ?? trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
      guard('closeHook', () => closeHook(record, hooked), undefined);
    }
    span?.end(record.closeTime);
    if (span) closeMetrics?.addOutcome('exported', 1);
  }

  async function flush(): Promise<void> {
    if (dropped > 0) {
      diag.error(`${NAME}: ${dropped} closes dropped, the queue was full`);
      closeMetrics?.addOutcome('dropped', dropped);
      dropped = 0;
    }
    await destination.forceFlush().catch((error: unknown) => {
      diag.error(`${NAME}: flush failed`, error);
    });
  }

  /** With nothing to write to, a close costs no more than this look. */
  function hasDestination(): boolean {
    if (options.otlp !== false || closeHook) return true;
    find();
    return Boolean(destination.tracer ?? destination.meter);
  }

  return {
    record(connection, facts) {
      guard(
        'record',
        () => {
          if (hasDestination() && !queue.push(closeConnection(connection, facts))) dropped++;
        },
        undefined,
      );
    },
    forceFlush: () => queue.drain(),
    flushNow() {
      guard(
        'flush',
        () => {
          find();
          queue.drainNow();
          void flush();
        },
        undefined,
      );
    },
    async shutdown() {
      await queue.drain();
      await pipeline?.shutdown();
    },
  };
}
