import { type CloseCategory, describeCloseCode } from '@closespan/core';
import { ageLimitAlerts } from './age-limit-rules.ts';
import type { Alert } from './alert.ts';
import { causeAlerts } from './cause-alerts.ts';
import { type Clock, type Duration, promDuration } from './durations.ts';
import { openAlerts } from './open-alerts.ts';
import { reconnectAlerts } from './reconnect-alerts.ts';
import { CODE, SERVICE, SIDES, type Side } from './sources.ts';

/** The share of opened connections that should end normally. Networks of phones make 1006 an everyday thing for clients. */
export type Objectives = Readonly<Record<Side, number>>;
export const OBJECTIVES: Objectives = { client: 0.97, server: 0.995 };

/** Multi-window, multi-burn-rate: how fast the budget of 30 days may go before somebody is told. */
const BURNS = [
  { factor: 14.4, long: '1h', short: '5m', for: '2m', severity: 'critical' },
  { factor: 6, long: '6h', short: '30m', for: '15m', severity: 'critical' },
  { factor: 3, long: '1d', short: '2h', for: '1h', severity: 'warning' },
  { factor: 1, long: '3d', short: '6h', for: '3h', severity: 'warning' },
] as const;
/** Closes in the long window below which a ratio says nothing. */
const ENOUGH_CLOSES = 50;

const WHO = '{{ $labels.service_name }} ({{ $labels.side }})';
const SHARE = '{{ $value | humanizePercentage }}';
const COUNT = '{{ $value | humanize }}';
const ABNORMAL = 'service:websocket_closes_abnormal';
const CLOSES = 'service:websocket_closes';

/** Every alert of the product. */
export function alerts(clock: Clock, objectives: Objectives): Alert[] {
  return [
    ...SIDES.flatMap((side) => burnAlerts(side, objectives[side], clock)),
    ...symptomAlerts(clock),
    ...causeAlerts(clock),
    ...ageLimitAlerts(clock),
    ...reconnectAlerts(clock),
    ...openAlerts(clock),
  ];
}

function burnAlerts(side: Side, objective: number, clock: Clock): Alert[] {
  return BURNS.map(({ factor, long, short, severity, for: hold }) => {
    const threshold = Number((factor * (1 - objective)).toFixed(6));
    const isOver = (window: Duration) => `${ABNORMAL}:ratio_rate${window}{side="${side}"} > ${threshold}`;
    return {
      name: 'WebSocketAbnormalCloses',
      severity,
      for: hold,
      labels: { side, window: long },
      expr: `${isOver(long)}\nand ${isOver(short)}\nand ${CLOSES}:rate${long} * ${clock.seconds(long)} > ${ENOUGH_CLOSES}`,
      summary: `WebSockets of ${WHO} close abnormally`,
      description: `${SHARE} of the connections that ended in ${long} ended abnormally, over the threshold of ${percent(threshold)}: the error budget of 30 days goes ${factor} times too fast.`,
    };
  });
}

function symptomAlerts(clock: Clock): Alert[] {
  const fiveMinutes = clock.seconds('5m');
  const at = (duration: Duration) => promDuration(clock.seconds(duration));
  const share = (codes: string) =>
    `sum without (${CODE}) (service_code:websocket_closes:rate5m{${CODE}=~"${codes}"})\n/ ${CLOSES}:rate5m`;
  const count = (codes: string) =>
    `sum without (${CODE}) (service_code:websocket_closes:rate5m{${CODE}=~"${codes}"}) * ${fiveMinutes}`;
  return [
    {
      name: 'WebSocketMassDisconnect',
      severity: 'critical',
      expr: `${ABNORMAL}:increase2m > 100
and ${ABNORMAL}:increase2m > 10 * ${clock.seconds('2m')} * (avg_over_time(${ABNORMAL}:rate5m[${at('1h')}] offset ${at('5m')}) or 0 * ${ABNORMAL}:increase2m)
and on () count(service:websocket_attempts:sum offset ${at('5m')})`,
      summary: `Many WebSockets of ${WHO} were lost at once`,
      description: `${COUNT} connections ended abnormally within 2 minutes, ten times what is usual: a server, a proxy or a network went. Their clients come back all together.`,
    },
    {
      name: 'WebSocketReconnectStorm',
      severity: 'critical',
      for: '3m',
      expr: `service:websocket_connections_short:ratio_rate5m > 0.5
and ${CLOSES}:rate5m > 1
and ${CLOSES}:rate5m > 3 * avg_over_time(${CLOSES}:rate5m[${at('1h')}] offset ${at('15m')})`,
      summary: `Clients of ${WHO} reconnect in a loop`,
      description: `${SHARE} of connections live less than 5 seconds, and three times as many end as usual.`,
    },
    {
      name: 'WebSocketHandshakeFailures',
      severity: 'critical',
      for: '5m',
      expr: `service:websocket_handshakes_failed:ratio_rate5m > 0.05
and service:websocket_handshakes_failed:ratio_rate30m > 0.05
and service:websocket_handshakes_failed:rate5m * ${fiveMinutes} > 10`,
      summary: `WebSocket handshakes of ${WHO} fail`,
      description: `${SHARE} of handshakes failed: name, TLS, proxy, authentication, or a server without room.`,
    },
    {
      name: 'WebSocketHandshakesRefused',
      severity: 'warning',
      for: '15m',
      expr: `service:websocket_handshakes_refused:ratio_rate5m > 0.1
and service:websocket_handshakes_refused:ratio_rate30m > 0.1
and service:websocket_handshakes_refused:rate5m * ${fiveMinutes} > 10`,
      summary: `Servers of {{ $labels.service_name }} refuse WebSocket handshakes`,
      description: `${SHARE} of handshakes got a 4xx response: expired tokens, an origin, a path that is gone, or a limit.`,
    },
    {
      name: 'WebSocketServerErrors',
      severity: 'warning',
      for: '10m',
      expr: `${share('1011|1014')} > 0.01`,
      summary: `Servers end WebSockets of ${WHO} with an error`,
      description: `${SHARE} of closes carry 1011 (Internal Error) or 1014 (Bad Gateway).`,
    },
    {
      name: 'WebSocketProtocolErrors',
      severity: 'warning',
      for: '15m',
      expr: `service_code:websocket_closes:rate5m{${CODE}=~"${codesOf('protocol')}"} * ${fiveMinutes} > 5`,
      summary: `WebSockets of ${WHO} break the protocol`,
      description: `${COUNT} closes with {{ $labels.${CODE} }} in 5 minutes: releases that do not fit each other, or a message over the limit (1009).`,
    },
    {
      name: 'WebSocketPolicyViolations',
      severity: 'warning',
      for: '10m',
      expr: `${share(codesOf('policy'))} > 0.05`,
      summary: `WebSockets of ${WHO} are closed for policy`,
      description: `${SHARE} of closes say that the peer was not allowed to go on: expired tokens, a wrong origin, or abuse.`,
    },
    {
      name: 'WebSocketOverload',
      severity: 'warning',
      for: '5m',
      expr: `${count('1013')} > 20`,
      summary: `Servers of ${WHO} ask WebSockets to come back later`,
      description: `${COUNT} closes with 1013 (Try Again Later) in 5 minutes: the server sheds load.`,
    },
    {
      name: 'WebSocketLifetimeCollapse',
      severity: 'warning',
      for: '15m',
      expr: `service:websocket_connection_duration_seconds:p50_5m
< 0.25 * (service:websocket_connection_duration_seconds:p50_5m offset ${at('1d')})
and ${CLOSES}:rate1h * ${clock.seconds('1h')} > ${ENOUGH_CLOSES}`,
      summary: `WebSockets of ${WHO} live much shorter than yesterday`,
      description:
        'The median lifetime is {{ $value | humanizeDuration }}, under a quarter of what it was a day ago. Just under 60 seconds or 5 minutes means an idle timeout in a proxy.',
    },
    {
      name: 'WebSocketTelemetryMissing',
      severity: 'warning',
      for: '30m',
      expr: `(service:websocket_attempts:rate1h offset ${at('1d')}) * ${clock.seconds('1h')} > ${ENOUGH_CLOSES}
unless on (${SERVICE}, side) service:websocket_attempts:rate1h > 0`,
      summary: `No telemetry of WebSockets of ${WHO}`,
      description: `${COUNT} connections ended in this hour yesterday and none does now: the service is down, or its telemetry does not arrive.`,
    },
    {
      name: 'WebSocketTelemetryDropped',
      severity: 'warning',
      expr: 'service:websocket_records_dropped:increase5m > 0',
      summary: 'Closes of {{ $labels.service_name }} were not recorded',
      description: `${COUNT} closes in 5 minutes found the queue of their process full. The counts of those minutes are too low.`,
    },
    {
      name: 'WebSocketCollectorLosesTelemetry',
      severity: 'warning',
      expr: 'sum without (loss) (collector:items_lost:increase5m) > 0',
      summary: 'Collector {{ $labels.instance }} loses telemetry',
      description: `${COUNT} spans or data points of 5 minutes were given up. Counts are too low, and closes are missing in the trace store.`,
    },
  ];
}

function codesOf(category: CloseCategory): string {
  const codes = [...Array(4000).keys()].filter((code) => code >= 1000);
  return codes.filter((code) => describeCloseCode(code).category === category).join('|');
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))}%`;
}
