import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { findPrograms } from '../programs/find-programs.ts';
import { ruleFile } from '../rules/rule-file.ts';
import { LIVE_CLOCK } from './helpers/live-clock.ts';
import { startAlertmanager } from './helpers/start-alertmanager.ts';
import { startCollector } from './helpers/start-collector.ts';
import { startJaeger } from './helpers/start-jaeger.ts';
import { startPrometheus } from './helpers/start-prometheus.ts';
import { startService } from './helpers/start-service.ts';
import { startBalancer } from './helpers/start-stack.ts';

const { collector, jaeger, prometheus, alertmanager } = findPrograms();

describe.skipIf(!(collector && jaeger && prometheus && alertmanager))('lost telemetry', () => {
  const started: { stop(): Promise<void> }[] = [];
  const keep = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const program = await starting;
    started.unshift(program);
    return program;
  };
  afterEach(async () => {
    for (const program of started.splice(0)) await program.stop();
  });
  const rules = ruleFile({ clock: LIVE_CLOCK });

  it('of a process whose queue was full fires WebSocketTelemetryDropped, which resolves', async () => {
    const gateway = await keep(startCollector('gateway'));
    const agent = await keep(startCollector('agent', { GATEWAY: gateway.otlpGrpc }));
    const manager = await keep(startAlertmanager());
    await keep(
      startPrometheus({ targets: { closes: [gateway.metrics] }, rules, alertmanager: manager.address }),
    );
    const program = fileURLToPath(new URL('fixtures/overflow-queue.ts', import.meta.url));
    const service = fork(program, [agent.otlpHttp, '140000']);
    await once(service, 'message');
    for (const status of ['firing', 'resolved'] as const) {
      await expect
        .poll(() => manager.notices.find((notice) => notice.status === status), { timeout: 30_000 })
        .toMatchObject({
          receiver: 'tickets',
          labels: { alertname: 'WebSocketTelemetryDropped', service_name: 'overflowing' },
        });
    }
    service.disconnect();
  });

  it('of a Collector that has to give up fires WebSocketCollectorLosesTelemetry, which resolves', async () => {
    const manager = await keep(startAlertmanager());
    const store = await keep(startJaeger());
    const givesUp = {
      exporters: {
        'otlp_grpc/traces': {
          retry_on_failure: { initial_interval: '100ms', max_interval: '100ms', max_elapsed_time: '500ms' },
        },
      },
    };
    const env = { TRACE_STORE: store.otlpGrpc, DECISION_WAIT: '1s' };
    const gateway = await keep(startCollector('gateway', env, JSON.stringify(givesUp)));
    const agent = await keep(startCollector('agent', { GATEWAY: gateway.otlpGrpc }));
    await keep(
      startPrometheus({ targets: { collectors: [gateway.telemetry] }, rules, alertmanager: manager.address }),
    );
    const service = await startService('chat', agent.otlpHttp);
    await store.stop('SIGKILL');
    await service.end('drop', 20);
    await service.stop();
    for (const status of ['firing', 'resolved'] as const) {
      await expect
        .poll(() => manager.notices.find((notice) => notice.status === status), { timeout: 30_000 })
        .toMatchObject({
          receiver: 'tickets',
          labels: { alertname: 'WebSocketCollectorLosesTelemetry', instance: gateway.telemetry },
        });
    }
    expect(await gateway.total('otelcol_exporter_send_failed_spans')).toBe(40);
  });

  it('is none while a gateway is down: what its senders hold arrives when it is back', async () => {
    const store = await keep(startJaeger());
    const env = { TRACE_STORE: store.otlpGrpc, DECISION_WAIT: '1s', NORMAL_PERCENT: '100' };
    const steady = await keep(startCollector('gateway', env));
    const dying = await startCollector('gateway', env);
    const balancer = await keep(startBalancer([steady, dying]));
    const agent = await keep(startCollector('agent', { GATEWAY: balancer.otlpGrpc }));
    const service = await startService('chat', agent.otlpHttp);

    await service.end(1011, 100);
    await expect
      .poll(async () => (await store.find('chat', { operation: 'websocket.close' })).length, {
        timeout: 20_000,
      })
      .toBe(200);
    await dying.stop('SIGKILL');
    await service.end(1011, 200);
    // The first 100 of these connections end the outages of those before, with a span each.
    await expect.poll(() => agent.total('otelcol_exporter_sent_spans'), { timeout: 20_000 }).toBe(700);
    const again = await keep(dying.restart());
    await expect
      .poll(async () => (await store.find('chat', { operation: 'websocket.close' })).length, {
        timeout: 60_000,
      })
      .toBe(600);
    expect(await again.total('otelcol_receiver_accepted_spans')).toBeGreaterThan(0);
    expect(await balancer.total('otelcol_exporter_send_failed_spans')).toBe(0);
    await service.stop();
  });

  it('is none when a gateway is asked to stop: it decides on what it holds', async () => {
    const store = await keep(startJaeger());
    const gateway = await keep(
      startCollector('gateway', { TRACE_STORE: store.otlpGrpc, DECISION_WAIT: '10m' }),
    );
    const agent = await keep(startCollector('agent', { GATEWAY: gateway.otlpGrpc }));
    const service = await startService('chat', agent.otlpHttp);
    await service.end(1011, 50);
    await service.stop();
    await expect.poll(() => gateway.total('otelcol_receiver_accepted_spans'), { timeout: 10_000 }).toBe(100);
    expect(await store.find('chat')).toEqual([]);
    await gateway.stop();
    expect(await store.find('chat')).toHaveLength(100);
  });
});
