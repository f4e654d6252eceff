import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { StartPause } from '../queue/queue-pause.ts';

/** Members that all exporters of the SDK have. */
interface Exporter<T> {
  export(items: T, done: (result: ExportResult) => void): void;
  forceFlush?(): Promise<void>;
  shutdown(): Promise<void>;
}

/** An exporter whose exports go on in the background. */
export interface BackgroundExporter<T> extends Exporter<T> {
  /** Resolves when all exports so far are done. */
  forceFlush(): Promise<void>;
  /** Resolves when there is room for another export: all are done, or the wait was long and few are on their way. */
  awaitRoom(): Promise<void>;
}

/** Milliseconds for which the next exports wait for the ones before. */
const LONGEST_WAIT = 2000;
/** Number of exports on their way at which the next one waits for one of them, however long. */
const MOST_RUNNING = 4;

/**
 * Makes an exporter that is done with each export at once, as the SDK sees it. The SDK then starts no timer, which would
 * keep the process alive, and logs no failure, which the exporter inside logs already.
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
