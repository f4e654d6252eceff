import { afterEach, describe, expect, it } from 'vitest';
import { findPrograms } from '../programs/find-programs.ts';
import { ruleFile } from '../rules/rule-file.ts';
import { LIVE_CLOCK } from './helpers/live-clock.ts';
import { startCollector } from './helpers/start-collector.ts';
import { startPrometheus } from './helpers/start-prometheus.ts';
import { type Service, startService } from './helpers/start-service.ts';

const { collector, prometheus } = findPrograms();

describe.skipIf(!(collector && prometheus))('connections that are open', () => {
  const started: { stop(): Promise<void> }[] = [];
  const keep = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const program = await starting;
    started.unshift(program);
    return program;
  };
  afterEach(async () => {
    for (const program of started.splice(0)) await program.stop();
  });

  it('are counted by service, until they end, or their process does', async () => {
    const gateway = await keep(startCollector('gateway'));
    const agent = await keep(startCollector('agent', { GATEWAY: gateway.otlpGrpc }));
    const store = await keep(
      startPrometheus({ targets: { closes: [gateway.metrics] }, rules: ruleFile({ clock: LIVE_CLOCK }) }),
    );
    const [first, second] = [
      await startService('chat', agent.otlpHttp),
      await startService('chat', agent.otlpHttp),
    ];
    const open = async () => {
      const series = await store.query('service:websocket_connections_open:sum{service_name="chat"}');
      return Object.fromEntries(series.map(({ metric, value }) => [metric['side'], value]));
    };
    const becomes = (count: number) =>
      expect.poll(open, { timeout: 60_000 }).toEqual({ client: count, server: count });
    const hold = (service: Service, count: number) => service.end(1000, count, 3_600_000).catch(() => {});

    const held = [hold(first, 30), hold(second, 12)];
    await becomes(42);
    await second.kill();
    await becomes(30);
    await first.end(1000, 5, 20);
    await becomes(30);
    await first.kill();
    await expect.poll(open, { timeout: 60_000 }).toEqual({});
    await Promise.all(held);
  });
});
