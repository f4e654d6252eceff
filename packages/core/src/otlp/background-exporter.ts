import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { StartPause } from '../queue/queue-pause.ts';

/** Members that all exporters of the OpenTelemetry SDK have. */
interface Exporter<T> {
  export(items: T, done: (result: ExportResult) => void): void;
  forceFlush?(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Exporter that reports each export as done at once, and continues the export in the background. */
export interface BackgroundExporter<T> extends Exporter<T> {
  /** Resolves when all exports so far are finished. */
  forceFlush(): Promise<void>;
  /**
   * Resolves when there is room for another export: when all exports are finished, or when at most three are unfinished
   * after 2 seconds.
   */
  awaitRoom(): Promise<void>;
}

/** Longest time for which further exports wait for all earlier exports, in milliseconds. */
const LONGEST_WAIT = 2000;
/**
 * Number of unfinished exports at which the next export waits until another export is finished, without a time limit.
 */
const MOST_RUNNING = 4;

/**
 * Makes an exporter that reports each export as successful at once. So the SDK starts no timer, which would keep the
 * process alive. The SDK also logs no failure, since the inner exporter logs failures.
 */
export function exportInBackground<T>(exporter: Exporter<T>, startPause: StartPause): BackgroundExporter<T> {
  const running = new Set<Promise<unknown>>();

  return {
    export(items, done) {
      const exported = new Promise((resolve) => exporter.export(items, resolve));
      running.add(exported);
      void exported.then(() => running.delete(exported));
      done({ code: ExportResultCode.SUCCESS });
    },
    async forceFlush() {
      await Promise.all(running);
    },
    async awaitRoom() {
      const { over, end } = startPause(LONGEST_WAIT);
      await Promise.race([Promise.all(running), over]);
      end();
      while (running.size >= MOST_RUNNING) await Promise.race(running);
    },
    async shutdown() {
      await Promise.all(running);
      await exporter.shutdown();
    },
  };
}
