import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Mood } from '../fixtures/record-outages.ts';

/** A running service whose connections a proxy cuts, and whose clients come back late. */
export interface Outages {
  readonly name: string;
  /** Decides how its connections fare from now on; at first they are calm. */
  feel(mood: Mood): void;
  /** Sends what waits and ends. */
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('../fixtures/record-outages.ts', import.meta.url));

/** @param endpoint where it sends spans to, and with `sendsMetrics` metrics, each half a second */
export function startOutages(name: string, endpoint: string, sendsMetrics: boolean): Outages {
  const env = {
    ...process.env,
    OTEL_RESOURCE_ATTRIBUTES: 'service.version=1.4.2',
    OTEL_BSP_SCHEDULE_DELAY: '200',
  };
  const child = fork(PROGRAM, [endpoint, name, sendsMetrics ? 'metrics' : ''], { env });
  return {
    name,
    feel(mood) {
      child.send(mood);
    },
    async stop() {
      const exit = once(child, 'exit');
      child.send('end');
      await exit;
    },
  };
}
