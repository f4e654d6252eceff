import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';

/** An exporter that tells when so many spans were sent. */
export interface CountedExports {
  readonly exporter: SpanExporter;
  /** Rejects when some seem to be lost: what was not sent has cost nothing. */
  sent(count: number): Promise<void>;
}

const LIMIT_MILLIS = 60_000;

/** Makes an OTLP exporter that counts. */
export function countExports(url: string): CountedExports {
  const otlp = new OTLPTraceExporter({ url: `${url}/v1/traces` });
  let total = 0;
  let check = () => {};
  return {
    exporter: {
      export(spans, done) {
        otlp.export(spans, (result) => {
          done(result);
          if (result.code === 0) total += spans.length;
          check();
        });
      },
      forceFlush: () => otlp.forceFlush(),
      shutdown: () => otlp.shutdown(),
    },
    sent: (count) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(new Error(`Expected ${count} spans to be sent, got ${total}`));
        }, LIMIT_MILLIS);
        check = () => {
          if (total < count) return;
          clearTimeout(timer);
          resolve();
        };
        check();
      }),
  };
}
