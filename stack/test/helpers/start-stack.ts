import { ruleFile } from '../../rules/rule-file.ts';
import { LIVE_CLOCK } from './live-clock.ts';
import { type Alertmanager, startAlertmanager } from './start-alertmanager.ts';
import { type Collector, startCollector } from './start-collector.ts';
import { type Jaeger, startJaeger } from './start-jaeger.ts';
import type { Program } from './start-program.ts';
import { type Prometheus, startPrometheus } from './start-prometheus.ts';

/** The whole stack on loopback: agent, load balancer, two gateways, Jaeger, Prometheus and Alertmanager. */
export interface Stack {
  readonly agent: Collector;
  readonly balancer: Collector;
  readonly gateways: readonly [Collector, Collector];
  readonly jaeger: Jaeger;
  readonly prometheus: Prometheus;
  readonly alertmanager: Alertmanager;
  stop(): Promise<void>;
}

/** @param env of the Collectors */
export async function startStack(env: Readonly<Record<string, string>> = {}): Promise<Stack> {
  const [jaeger, alertmanager] = await Promise.all([startJaeger(), startAlertmanager()]);
  const gatewayEnv = {
    TRACE_STORE: jaeger.otlpGrpc,
    DECISION_WAIT: '1s',
    SPAN_METRICS_INTERVAL: '500ms',
    ...env,
  };
  const gateways = [
    await startCollector('gateway', gatewayEnv),
    await startCollector('gateway', gatewayEnv),
  ] as const;
  const balancer = await startBalancer(gateways);
  const agent = await startCollector('agent', { GATEWAY: balancer.otlpGrpc, ...env });
  const prometheus = await startPrometheus({
    targets: {
      closes: gateways.map(({ metrics }) => metrics),
      collectors: [agent, ...gateways].map(({ telemetry }) => telemetry),
    },
    rules: ruleFile({ clock: LIVE_CLOCK }),
    alertmanager: alertmanager.address,
  });
  return {
    agent,
    balancer,
    gateways,
    jaeger,
    prometheus,
    alertmanager,
    async stop() {
      // Against the stream, so that nobody sends to who is gone.
      const programs: Program[] = [prometheus, alertmanager, agent, balancer, ...gateways, jaeger];
      for (const program of programs) await program.stop();
    },
  };
}

/** Starts the tier that knows several gateways. */
export function startBalancer(gateways: readonly Collector[]): Promise<Collector> {
  return startCollector('loadbalancer', {
    GATEWAYS: JSON.stringify(gateways.map(({ otlpGrpc }) => otlpGrpc)),
  });
}
