import { startOtlpReceiver } from '@closespan/testing';
import type { Sinks } from './canaries.ts';

/** A receiver that keeps the bytes of what it got, as sinks in which secrets are looked for. */
export interface Collector {
  readonly kind: 'takes' | 'refuses' | 'is away';
  readonly url: string;
  readonly sinks: Pick<Sinks, 'span' | 'metrics' | 'request'>;
  close(): Promise<void>;
}

export async function startCollector(kind: Collector['kind']): Promise<Collector> {
  const span: Buffer[] = [];
  const metrics: Buffer[] = [];
  const receiver = await startOtlpReceiver({
    status(path, bytes) {
      (path.startsWith('/v1/metrics') ? metrics : span).push(bytes);
      return kind === 'refuses' ? 400 : 200;
    },
  });
  if (kind === 'is away') await receiver.close();
  return {
    kind,
    url: receiver.url,
    sinks: {
      span,
      metrics,
      get request() {
        return receiver.requests.map(({ path, headers }) => JSON.stringify([path, headers]));
      },
    },
    close: () => (kind === 'is away' ? Promise.resolve() : receiver.close()),
  };
}
