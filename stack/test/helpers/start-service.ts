import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Ending } from '../fixtures/close-connections.ts';

/** A running service with the SDK, whose connections end as told. */
export interface Service {
  readonly name: string;
  /** Its server; `/1011/50` ends a connection with 1011 after 50 ms. */
  readonly url: string;
  /** How many connections have ended in which way so far, by its own count. */
  readonly ended: ReadonlyMap<Ending, number>;
  /** Opens connections that end in one way after `life` milliseconds; resolves when all have. */
  end(ending: Ending, count: number, life?: number): Promise<void>;
  /** Sends what waits and ends. */
  stop(): Promise<void>;
  /** Ends at once, and sends nothing. */
  kill(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('../fixtures/close-connections.ts', import.meta.url));

/** @param endpoint where it sends to, each half a second */
export async function startService(
  name: string,
  endpoint: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Service> {
  const child = fork(PROGRAM, {
    env: {
      ...process.env,
      OTEL_SERVICE_NAME: name,
      OTEL_RESOURCE_ATTRIBUTES: 'service.version=1.4.2',
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      OTEL_BSP_SCHEDULE_DELAY: '200',
      ...env,
    },
  });
  const waiting = new Map<number, { resolve(): void; reject(error: Error): void }>();
  const ended = new Map<Ending, number>();
  let last = 0;
  const [{ port }] = await once(child, 'message');
  child.on('message', ({ id }: { id: number }) => waiting.get(id)?.resolve());
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${name} ended with ${code}`));
  });

  function send(order: object): Promise<void> {
    const id = ++last;
    return new Promise<void>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      child.send({ id, ...order });
    }).finally(() => waiting.delete(id));
  }

  return {
    name,
    url: `ws://127.0.0.1:${port}`,
    ended,
    async end(ending, count, life = 50) {
      await send({ end: ending, count, life });
      ended.set(ending, (ended.get(ending) ?? 0) + count);
    },
    async stop() {
      const exit = once(child, 'exit');
      await send({ end: 'service' });
      await exit;
    },
    async kill() {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}
