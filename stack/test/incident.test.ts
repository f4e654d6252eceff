import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPrograms } from '../programs/find-programs.ts';
import { alerts, OBJECTIVES } from '../rules/alerts.ts';
import { OPENED } from '../rules/sources.ts';
import { dashboardQueries } from './helpers/dashboard-queries.ts';
import { LIVE_CLOCK } from './helpers/live-clock.ts';
import { type OpenPage, openPage } from './helpers/open-page.ts';
import { type Outages, startOutages } from './helpers/start-outages.ts';
import { type Service, startService } from './helpers/start-service.ts';
import { type Stack, startStack } from './helpers/start-stack.ts';

const { collector, jaeger, prometheus, alertmanager } = findPrograms();

/** Alerts that only outages raise which take minutes in earnest. */
const SLOW = ['WebSocketDowntime', 'WebSocketIdleTimeouts', 'WebSocketAgeLimits'];
/** Alerts about closes, which the incident raises; `loss.test.ts` raises those about lost telemetry. */
const EXPECTED = [
  ...new Set(
    alerts(LIVE_CLOCK, OBJECTIVES)
      .map(({ name, labels }) => nameOf({ alertname: name, ...labels }))
      .filter((name) => !/Missing|Dropped|Loses/.test(name) && !SLOW.includes(name)),
  ),
];

/** An alert's name, and its window where there are several. */
function nameOf({ alertname, window = '' }: Readonly<Record<string, string>>): string {
  return `${alertname} ${window}`.trim();
}

describe.skipIf(!(collector && jaeger && prometheus && alertmanager))('an incident', () => {
  let stack: Stack;
  let services: Service[];
  let outages: Outages[];
  let page: OpenPage;
  let stranger: OpenPage;

  beforeAll(async () => {
    stack = await startStack({ NORMAL_PERCENT: '20', PAGE_ORIGIN: 'http://127.0.0.1:*' });
    const { otlpHttp } = stack.agent;
    services = [
      await startService('chat', otlpHttp),
      await startService('spans-only', otlpHttp, { OTEL_METRICS_EXPORTER: 'none' }),
    ];
    outages = [startOutages('cut', otlpHttp, true), startOutages('cut-spans', otlpHttp, false)];
    page = await openPage('page', otlpHttp);
    stranger = await openPage('stranger', otlpHttp, 'localhost');
  });
  afterAll(async () => {
    await stranger?.close();
    await page?.close();
    await Promise.all((outages ?? []).map((service) => service.stop()));
    await stack?.stop();
  });

  const each = (act: (service: Service) => Promise<unknown>) => Promise.all(services.map(act));
  const heard = (status: string, service: string) =>
    stack.alertmanager.notices
      .filter(({ status: is, labels }) => is === status && labels['service_name'] === service)
      .map(({ labels }) => labels['alertname'] ?? '');
  const firing = async () => {
    const series = await stack.prometheus.query('ALERTS{alertstate="firing"}');
    return series.flatMap(({ metric }) => {
      const alert = `${metric['service_name']}: ${nameOf(metric)}`;
      return [alert, `${alert} of a ${metric['side']}`];
    });
  };
  /** Handshakes that do not open; of a server that sends spans alone nobody counts them. */
  const unopened = ({ ended }: Service) =>
    (['refuse', 'deny', 'hang'] as const).reduce((sum, ending) => sum + (ended.get(ending) ?? 0), 0);
  // Long enough for no reconnect storm, however unevenly a busy machine ends them.
  const calm = (service: Service) => service.end(1000, 4, 5500);
  const trouble = (service: Service) =>
    Promise.all([
      service.end(1000, 3, 20),
      service.end(1011, 4, 20),
      service.end(1008, 4, 20),
      service.end(1009, 4, 20),
      service.end(1013, 8, 20),
      service.end('drop', 20, 20),
      // A second without a pong is too long, whatever the ping before took.
      service.end('mute', 8, 1100),
      // These are silent for seven seconds before they are given up.
      service.end('mute', 2, 15_000),
      service.end('refuse', 8, 20),
      service.end('deny', 14, 20),
      // Long enough that the server has the request before the client gives up.
      service.end('hang', 2, 5000),
    ]);

  it('is silent while all is well', async () => {
    // Until there is a yesterday to compare with.
    const yesterday = `service:websocket_connection_duration_seconds:p50_5m offset ${LIVE_CLOCK.seconds('1d')}s`;
    await repeat(
      () => each(calm),
      async () => ((await stack.prometheus.query(yesterday)).length >= 4 ? [] : [yesterday]),
    );
    expect(stack.alertmanager.notices).toEqual([]);
  });

  it('fires every alert, whether a service sends metrics or spans alone', async () => {
    const expected = services
      .flatMap(({ name }) => EXPECTED.map((alert) => `${name}: ${alert}`))
      // No span says what is open, or what a server refuses.
      .filter((alert) => !/^spans-only: WebSocket(HandshakesRefused|SilentConnections)$/.test(alert))
      .concat('chat: WebSocketHandshakeFailures of a server')
      .concat(outages.flatMap(({ name }) => SLOW.map((alert) => `${name}: ${alert}`)));
    const seen = new Set<string>();
    await each((service) => service.end('drop', 150, 500));
    for (const service of outages) service.feel('trouble');
    await repeat(
      () => each(trouble),
      async () => {
        for (const alert of await firing()) seen.add(alert);
        return expected.filter((alert) => !seen.has(alert));
      },
    );
    // One incident is told once: what is inhibited is left out, such as the ticket beside the page.
    const told = new Set(
      stack.alertmanager.notices.map(({ receiver, labels }) => `${labels['severity']} to ${receiver}`),
    );
    expect([...told].sort()).toEqual(['critical to pager', 'warning to tickets']);
  });

  it.each(dashboardQueries(`${LIVE_CLOCK.seconds('5m')}s`))('fills $panel: $expr', async ({ expr }) => {
    const values = (await stack.prometheus.query(expr)).map(({ value }) => value);
    expect(values).not.toEqual([]);
    expect(values).not.toContain(Number.NaN);
  });

  it('links points of a chart to traces that are kept', async () => {
    const traces = await stack.prometheus.exemplars('traces_span_metrics_calls_total{error_type!=""}');
    expect(traces.length).toBeGreaterThan(0);
    const kept = new Set((await stack.jaeger.find('spans-only')).map(({ traceID }) => traceID));
    expect(traces.some((trace) => kept.has(trace))).toBe(true);
  });

  it('resolves every alert when closes are normal again, and says so', async () => {
    for (const service of outages) service.feel('calm');
    const untold = (service: string) => {
      const resolved = new Set(heard('resolved', service));
      return heard('firing', service).filter((alert) => !resolved.has(alert));
    };
    await repeat(
      () => each(calm),
      async () => [...(await firing()), ...[...services, ...outages].flatMap(({ name }) => untold(name))],
    );
  });

  it('leaves exact counts', async () => {
    for (const service of services) {
      const { name, ended } = service;
      const attempts = [...ended.values()].reduce((sum, count) => sum + count);
      const opened = attempts - unopened(service);
      const counts = { client: attempts, server: name === 'chat' ? attempts : opened };
      for (const [side, count] of Object.entries(counts)) {
        await expect
          .poll(() => valueNow(`service:websocket_attempts:sum{service_name="${name}", side="${side}"}`), {
            timeout: 20_000,
          })
          .toBe(count);
      }
      expect(
        await valueNow(
          `sum(max without (instance) (websocket_client_closes_total{service_name="${name}", ${OPENED}})) or sum(traces_span_metrics_calls_total{service_name="${name}", span_kind="SPAN_KIND_CLIENT", websocket_close_code!="", ${OPENED}})`,
        ),
      ).toBe(opened);
      const abnormal = [1011, 1008, 1009, 'drop', 'mute'] as const;
      expect(
        await valueNow(
          `sum(max without (instance) (websocket_server_closes_total{service_name="${name}", error_type!=""})) or sum(traces_span_metrics_calls_total{service_name="${name}", span_kind="SPAN_KIND_SERVER", websocket_close_code!="", error_type!=""})`,
        ),
      ).toBe(abnormal.reduce((sum, ending) => sum + (ended.get(ending) ?? 0), 0));
    }
  });

  it('leaves every abnormal close in the trace store, and a share of the normal ones', async () => {
    for (const service of services) {
      const { name, ended } = service;
      const count = (ending: Parameters<typeof ended.get>[0]) => ended.get(ending) ?? 0;
      const find = (tags: Record<string, string>) =>
        stack.jaeger.find(name, { operation: 'websocket.close', tags: JSON.stringify(tags) });
      for (const code of [1011, 1008, 1009] as const) {
        expect(await find({ 'websocket.close.code': `${code}` })).toHaveLength(2 * count(code));
      }
      const opened = count(1011) + count(1008) + count(1009) + count('drop') + count('mute');
      const abnormal = 2 * opened + unopened(service);
      expect(await find({ error: 'true' })).toHaveLength(abnormal);
      expect(await find({ 'websocket.handshake.succeeded': 'false' })).toHaveLength(unopened(service));
      const normal = (await find({ 'websocket.close.category': 'normal' })).length / (2 * count(1000));
      expect(normal).toBeGreaterThan(0.1);
      expect(normal).toBeLessThan(0.3);
    }
  });

  it('is told by pages too, which send spans from an origin that is allowed', async () => {
    const [{ url } = { url: '' }] = services;
    await page.endAll(['/1011/20', '/drop/20', '/refuse/0', '/1000/0'].map((path) => url + path));
    await stranger.endAll([`${url}/1011/20`]);
    await expect
      .poll(
        () => valueNow('service:websocket_attempts:sum{service_name="page", side="client", source="spans"}'),
        { timeout: 20_000 },
      )
      .toBe(4);
    await expect
      .poll(async () => (await stack.jaeger.find('page', { tags: '{"error":"true"}' })).length, {
        timeout: 10_000,
      })
      .toBe(3);
    expect(await stack.jaeger.find('stranger')).toEqual([]);
    expect(await stack.prometheus.query('{service_name="stranger"}')).toEqual([]);
  });

  it('shows in TelemetryMissing when a service falls silent, until it is back', async () => {
    await services[1]?.stop();
    const silent = 'WebSocketTelemetryMissing';
    const waitFor = (status: string, act: () => Promise<unknown>) =>
      repeat(act, async () => (heard(status, 'spans-only').includes(silent) ? [] : [`${silent} ${status}`]));
    await waitFor('firing', async () => {});
    services[1] = await startService('spans-only', stack.agent.otlpHttp, { OTEL_METRICS_EXPORTER: 'none' });
    await waitFor('resolved', () => each(calm));
    await each((service) => service.stop());
  });

  async function valueNow(expr: string): Promise<number | undefined> {
    return (await stack.prometheus.query(expr))[0]?.value;
  }

  /** Goes on, half a second apart, until nothing is missing; says what is when that never comes. */
  async function repeat(act: () => Promise<unknown>, missing: () => Promise<string[]>): Promise<void> {
    const running: Promise<unknown>[] = [];
    const end = Date.now() + 100_000;
    for (let left = await missing(); left.length > 0; left = await missing()) {
      if (Date.now() > end) throw new Error(`It never came: ${left.join(', ')}`);
      running.push(act());
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    await Promise.all(running);
  }
});
