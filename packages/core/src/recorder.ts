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
import { createDestination, type StartPipeline } from './destination.ts';
import { createEndpointParser } from './endpoint.ts';
import { guard } from './guard.ts';
import type { WebSocketOptions } from './options.ts';
import { createRecordQueue } from './record-queue.ts';
import { NAME } from './version.ts';

/** Turns closed connections into spans, metrics and hook calls, in later turns of the event loop. */
export interface Recorder {
  /** Takes the end of a connection; call it once a connection. */
  record(connection: Connection, facts: CloseFacts): void;
  /** Loads our own pipeline if it will be needed, since a page that is about to go cannot. */
  prepare(): void;
  /** Resolves when all closes so far have been exported. */
  forceFlush(): Promise<void>;
  /** The same without waiting, for a page that is about to go. */
  flushNow(): void;
  /** Flushes, then stops our own pipeline; a provider of the user's goes on. */
  shutdown(): Promise<void>;
}

/** Makes a recorder; `startPipeline` is called at most once, when the first record has nowhere to go. */
export function createRecorder(options: WebSocketOptions, startPipeline: StartPipeline): Recorder {
  const { redactReason, closeCodes, isAbnormal, closeHook } = options;
  const rules = {
    closeCodes,
    parseEndpoint: createEndpointParser(options),
    redactReason: (reason: string) =>
      redactReason ? guard('redactReason', () => redactReason(reason), '') : reason,
  };
  const destination = createDestination(options, startPipeline);
  let meter: Meter | undefined;
  let closeMetrics: CloseMetrics | undefined;
  let dropped = 0;

  const queue = createRecordQueue<ClosedConnection>({
    async ready() {
      const ready = await destination.prepare();
      findMetrics();
      return ready;
    },
    write: (closed) => guard('record', () => write(createCloseRecord(closed, rules)), undefined),
    flush,
  });

  function findMetrics(): void {
    if (destination.meter === meter) return;
    meter = destination.meter;
    closeMetrics = meter && createCloseMetrics(meter);
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
    await destination.flush();
  }

  /** With nothing to write to, a close costs no more than this look. */
  function hasDestination(): boolean {
    if (options.otlp !== false || closeHook) return true;
    destination.find();
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
    prepare() {
      void destination.prepare();
    },
    flushNow() {
      // Without a destination closes had better wait: the page may live on, or come back.
      if (!destination.find()) return;
      findMetrics();
      queue.drainNow();
      void flush();
    },
    async shutdown() {
      await queue.drain();
      await destination.shutdown();
    },
  };
}
