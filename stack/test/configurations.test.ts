import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findPrograms } from '../programs/find-programs.ts';

const { collector = '', promtool = '', amtool = '' } = findPrograms();
const STACK = fileURLToPath(new URL('..', import.meta.url));

/** Runs a checker in the stack's folder. */
function check(program: string, ...args: string[]): { status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: STACK, encoding: 'utf8' });
  return { status, text: stdout + stderr };
}

describe.skipIf(!collector)('the Collector', () => {
  it.each(['agent', 'gateway', 'loadbalancer'])('takes the configuration of the %s', (name) => {
    expect(check(collector, 'validate', `--config=otel-collector/${name}.yaml`)).toEqual({
      status: 0,
      text: '',
    });
  });

  it('refuses one that is wrong', () => {
    const wrong = 'yaml:receivers::otlp::protocols::http::cors::allowed_orgins: ["*"]';
    const { status, text } = check(
      collector,
      'validate',
      '--config=otel-collector/agent.yaml',
      `--config=${wrong}`,
    );
    expect(status).not.toBe(0);
    expect(text).toContain('allowed_orgins');
  });
});

it('no page is let in by a bare *', () => {
  const { receivers } = parse(readFileSync(`${STACK}/otel-collector/agent.yaml`, 'utf8'));
  expect(receivers.otlp.protocols.http.cors.allowed_origins).not.toContain('*');
});

describe.skipIf(!promtool)('Prometheus', () => {
  it.each([
    ['check', 'rules', 'prometheus/closespan.rules.yaml'],
    ['check', 'config', 'prometheus/prometheus.yml'],
  ])('takes %s %s %s', (...args) => {
    expect(check(promtool, ...args)).toMatchObject({ status: 0 });
  });

  const tests = readdirSync(`${STACK}/prometheus`).filter((name) => name.endsWith('.test.yaml'));
  it.each(tests)(
    'promtool test rules %s',
    (name) => {
      const { status, text } = check(promtool, 'test', 'rules', `prometheus/${name}`);
      expect(text).not.toContain('FAILED');
      expect(status).toBe(0);
    },
    300_000,
  );
});

describe.skipIf(!amtool)('Alertmanager', () => {
  const config = 'alertmanager/alertmanager.yml';

  it('takes the example', () => {
    expect(check(amtool, 'check-config', config)).toMatchObject({ status: 0 });
  });

  it.each([
    {
      labels: ['component=websocket', 'severity=critical', 'alertname=WebSocketMassDisconnect'],
      to: 'pager',
    },
    { labels: ['component=websocket', 'severity=warning', 'alertname=WebSocketOverload'], to: 'tickets' },
    {
      labels: ['component=websocket', 'severity=warning', 'alertname=WebSocketTelemetryMissing'],
      to: 'tickets',
    },
    { labels: ['severity=critical', 'alertname=SomethingElse'], to: 'tickets' },
  ])('sends $labels to $to', ({ labels, to }) => {
    const { status, text } = check(
      amtool,
      'config',
      'routes',
      'test',
      `--config.file=${config}`,
      `--verify.receivers=${to}`,
      ...labels,
    );
    expect({ status, text }).toMatchObject({ status: 0, text: expect.stringContaining(to) });
  });
});
