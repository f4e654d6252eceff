import { createTracerProvider } from '@closespan/core/otlp';
import { createQueueMemory, createRecorder } from '@closespan/core/platform';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FACTS, openedConnection } from '../helpers/record-closes.ts';

let receiver: OtlpReceiver | undefined;
afterEach(async () => {
  diag.disable();
  await receiver?.close();
  receiver = undefined;
});

type QueueMemory = ReturnType<typeof createQueueMemory>;

const noPipeline = () => Promise.reject(new Error('not needed'));
const loadRecording = () => import('@closespan/core/recording');

describe('a storm of closes', () => {
  it.each([0, 20])(
    'loses no span of a default batch processor, the receiver responding in %i ms',
    async (delay) => {
      receiver = await startOtlpReceiver({ delay });
      const exporter = new OTLPTraceExporter({ url: `${receiver.url}/v1/traces` });
      const tracerProvider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
      const recorder = createRecorder({ tracerProvider }, noPipeline, loadRecording);
      const ids = new Set<string>();
      for (let i = 0; i < 20_000; i++) {
        const connection = openedConnection();
        connection.connectionId = i.toString(16).padStart(16, '0');
        ids.add(connection.connectionId);
        recorder.record(connection, FACTS);
      }
      await recorder.shutdown();
      // A batch processor does not flush the batch that is under way. The exporter waits for its requests at its end.
      await tracerProvider.shutdown();
      const arrived = new Set(receiver.spans.map(({ attributes }) => attributes['websocket.connection.id']));
      expect(receiver.spans).toHaveLength(20_000);
      expect(arrived).toEqual(ids);
    },
  );

  it('makes no alarm over a close that comes while the others are sent', async () => {
    const warn = vi.fn();
    diag.setLogger({ error() {}, warn, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
    const exporter = new InMemorySpanExporter();
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const flush = tracerProvider.forceFlush.bind(tracerProvider);
    let late = 1;
    tracerProvider.forceFlush = async () => {
      await flush();
      if (late-- > 0) recorder.record(openedConnection(), FACTS);
    };
    const recorder = createRecorder({ tracerProvider }, noPipeline, loadRecording);
    recorder.record(openedConnection(), FACTS);
    await recorder.forceFlush();
    await recorder.forceFlush();
    expect(exporter.getFinishedSpans()).toHaveLength(2);
    expect(warn).not.toHaveBeenCalled();
  });

  it('loses none of the built-in pipeline either, at once before a shutdown', async () => {
    receiver = await startOtlpReceiver();
    const { url } = receiver;
    const recorder = createRecorder(
      {},
      async () => {
        const tracerProvider = createTracerProvider({ otlp: { url } });
        return {
          tracerProvider,
          meterProvider: undefined,
          forceFlush: () => tracerProvider.forceFlush(),
          shutdown: () => tracerProvider.shutdown(),
        };
      },
      loadRecording,
    );
    for (let i = 0; i < 10_000; i++) recorder.record(openedConnection(), FACTS);
    await recorder.shutdown();
    expect(receiver.spans).toHaveLength(10_000);
  });

  it('makes no span in the turn of the close', async () => {
    const exporter = new InMemorySpanExporter();
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const recorder = createRecorder({ tracerProvider }, noPipeline, loadRecording);
    recorder.record(openedConnection(), FACTS);
    await recorder.forceFlush();
    recorder.record(openedConnection(), FACTS);
    await Promise.resolve();
    expect(exporter.getFinishedSpans()).toHaveLength(1);
    recorder.recording()?.flushNow();
    expect(exporter.getFinishedSpans()).toHaveLength(2);
    await recorder.shutdown();
  });

  it('gives back the memory of closes that an end of the process cannot store', async () => {
    const exporter = new InMemorySpanExporter();
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const memory = createQueueMemory(2 ** 27);
    let waiting = 0;
    const counted: QueueMemory = {
      ...memory,
      take(closed) {
        waiting++;
        return memory.take(closed);
      },
      release(closed) {
        waiting--;
        memory.release(closed);
      },
    };
    const recorder = createRecorder({ tracerProvider }, noPipeline, async () => {
      const { createRecording } = await loadRecording();
      return {
        createRecording: (settings) =>
          createRecording({
            ...settings,
            memory: counted,
            trim(queue, isNormal) {
              let removed = 0;
              while (queue.size() > 100) {
                const evicted = queue.evict(isNormal);
                evicted.forEach(counted.release);
                removed += evicted.length;
              }
              return removed;
            },
          }),
      };
    });
    recorder.record(openedConnection(), FACTS);
    await recorder.forceFlush();
    for (let i = 0; i < 3000; i++) recorder.record(openedConnection(), FACTS);
    expect(waiting).toBe(3000);
    recorder.recording()?.flushNow();
    expect(waiting).toBe(0);
    await recorder.shutdown();
  });

  it('drops what the queue cannot hold, and says how many', async () => {
    const error = vi.fn();
    diag.setLogger({ error, warn() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR);
    const exporter = new InMemorySpanExporter();
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const recorder = createRecorder({ tracerProvider }, noPipeline, loadRecording);
    for (let i = 0; i < 131_072 + 7; i++) recorder.record(openedConnection(), FACTS);
    await recorder.shutdown();
    expect(exporter.getFinishedSpans()).toHaveLength(131_072);
    expect(error).toHaveBeenCalledExactlyOnceWith('closespan: 7 closes dropped, too many wait');
  });
});

describe('a destination that fails', () => {
  it.each([
    { what: 'getTracer', tracerProvider: { getTracer: boom, forceFlush: async () => {} } },
    { what: 'forceFlush', tracerProvider: Object.assign(new BasicTracerProvider(), { forceFlush: boom }) },
  ])('costs the app nothing when its provider throws: $what', async ({ tracerProvider }) => {
    const error = vi.fn();
    diag.setLogger({ error, warn() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR);
    const recorder = createRecorder({ tracerProvider, otlp: false }, noPipeline, loadRecording);
    recorder.prepare();
    recorder.record(openedConnection(), FACTS);
    await recorder.forceFlush();
    await recorder.shutdown();
    expect(error).toHaveBeenCalledWith(
      expect.stringMatching(/^closespan: (tracerProvider threw|flush failed)$/),
      expect.objectContaining({ message: 'boom' }),
    );
  });

  it('keeps closes until the pipeline can be loaded', async () => {
    const error = vi.fn();
    diag.setLogger({ error, warn() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR);
    const exporter = new InMemorySpanExporter();
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    let loadable = false;
    const recorder = createRecorder(
      {},
      async () => {
        if (!loadable) throw new Error('offline');
        return { tracerProvider, meterProvider: undefined, async forceFlush() {}, async shutdown() {} };
      },
      loadRecording,
    );
    recorder.record(openedConnection(), FACTS);
    await recorder.forceFlush();
    expect(error).toHaveBeenCalledOnce();
    loadable = true;
    recorder.record(openedConnection(), FACTS);
    await recorder.forceFlush();
    expect(exporter.getFinishedSpans()).toHaveLength(2);
  });

  it('loads nothing to flush nothing', async () => {
    const load = vi.fn();
    const recorder = createRecorder({}, noPipeline, load);
    await recorder.forceFlush();
    await recorder.shutdown();
    expect(load).not.toHaveBeenCalled();
  });

  it('keeps closes until what makes telemetry of them can be loaded', async () => {
    const error = vi.fn();
    diag.setLogger({ error, warn() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR);
    const exporter = new InMemorySpanExporter();
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    let loadable = false;
    const recorder = createRecorder({ tracerProvider }, noPipeline, async () => {
      if (!loadable) throw new Error('offline');
      return await import('@closespan/core/recording');
    });
    recorder.record(openedConnection(), FACTS);
    await recorder.forceFlush();
    expect(error).toHaveBeenCalledOnce();
    loadable = true;
    recorder.record(openedConnection(), FACTS);
    await recorder.forceFlush();
    expect(exporter.getFinishedSpans()).toHaveLength(2);
    expect(error).toHaveBeenCalledOnce();
  });

  it('costs a log line and no rejection when the receiver is gone', async () => {
    const error = vi.fn();
    diag.setLogger({ error, warn() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR);
    const tracerProvider = createTracerProvider({ otlp: { url: 'http://127.0.0.1:1' } });
    const recorder = createRecorder({ tracerProvider }, noPipeline, loadRecording);
    recorder.record(openedConnection(), FACTS);
    await expect(recorder.forceFlush()).resolves.toBeUndefined();
    expect(error).toHaveBeenCalled();
    await tracerProvider.shutdown().catch(() => {});
  });
});

function boom(): never {
  throw new Error('boom');
}
