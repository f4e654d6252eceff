import { ATTR_WEBSOCKET_TRANSPORT_END } from '@closespan/core';
import { counterName, labelName } from '../rules/prometheus-name.ts';
import {
  ABNORMAL,
  ERROR,
  failedHandshakes,
  refusedHandshakes,
  SERVICE,
  type Side,
  type Source,
} from '../rules/sources.ts';
import { CHOSEN, CHOSEN_SERVICE, CLOSES, everywhere, RATE, WHO } from './chosen-series.ts';
import { heatmap, lines, table } from './panels.ts';

const END = labelName(ATTR_WEBSOCKET_TRANSPORT_END);
/** Abnormal closes by how TCP ended, which the gateway counts from the spans of all services. */
const ENDS = `${counterName(`traces.${ATTR_WEBSOCKET_TRANSPORT_END}`)}{${CHOSEN_SERVICE}}`;

/** What connections have in common that end badly. */
export const CAUSE_ROWS = {
  'How long do connections live?': [
    heatmap(
      {
        title: 'Lifetimes',
        description: 'A hard edge, at 60 seconds or an hour, is a timeout of a proxy.',
        unit: 's',
      },
      12,
      `sum by (le) (${everywhere((source, side) => `increase(${source.lifetimes(side, 'bucket', CHOSEN_SERVICE)}${RATE})`)})`,
    ),
    lines(
      {
        title: 'Lifetimes, median and 95th percentile',
        description: 'Compare with yesterday: an alert tells of a median that fell to a quarter.',
        unit: 's',
      },
      12,
      [
        [`service:websocket_connection_duration_seconds:p50_5m{${CHOSEN}}`, `p50 ${WHO}`],
        [`service:websocket_connection_duration_seconds:p95_5m{${CHOSEN}}`, `p95 ${WHO}`],
      ],
    ),
  ],
  'Do clients come back in a storm?': [
    lines(
      {
        title: 'Connections shorter than 5 seconds',
        description: 'Over half of them, at three times the usual rate, is a reconnect storm.',
        unit: 'percentunit',
      },
      12,
      [[`service:websocket_connections_short:ratio_rate5m{${CHOSEN}}`, WHO]],
    ),
    lines(
      {
        title: 'Closes, now and in the hour before',
        description: 'The storm alert compares the two.',
        unit: 'cps',
      },
      12,
      [
        [`sum(${CLOSES})`, 'now'],
        [`sum(service:websocket_closes:rate1h{${CHOSEN}})`, 'mean of 1 h'],
      ],
    ),
  ],
  'Do handshakes succeed?': [
    lines(
      {
        title: 'Handshakes that fail',
        description:
          'Names, TLS, proxies without upgrade headers, full servers. Refused: the server said 4xx.',
        unit: 'percentunit',
      },
      12,
      [
        [`service:websocket_handshakes_failed:ratio_rate5m{${CHOSEN}}`, WHO],
        [
          `service:websocket_handshakes_refused:ratio_rate5m{${CHOSEN_SERVICE}, side="server"}`,
          `refused ${WHO}`,
        ],
      ],
    ),
    lines(
      {
        title: 'Failed handshakes by error',
        description:
          'A status is a response. handshake_failed of a server: it dropped the client without one.',
        unit: 'cps',
      },
      12,
      [
        [
          `sum by (${SERVICE}, ${ERROR}) (${everywhere((source, side) => failures(source, side))})`,
          `{{service_name}} {{${ERROR}}}`,
        ],
      ],
    ),
  ],
  'Where?': [
    table(
      { title: 'Services, worst first', description: 'Abnormal share of an hour.', unit: 'percentunit' },
      12,
      `sort_desc(service:websocket_closes_abnormal:ratio_rate1h{${CHOSEN}})`,
      {
        service_name: 'Service',
        deployment_environment_name: 'Environment',
        side: 'Side',
        Value: 'Abnormal',
      },
    ),
    table(
      {
        title: 'Causes, most first',
        description: 'What abnormal closes of the last hour have in common.',
        unit: 'short',
      },
      12,
      `topk(20, sum by (${SERVICE}, server_address, websocket_close_cause, error_type) (${everywhere((source, side) => `increase(${source.closes(side, ABNORMAL, CHOSEN_SERVICE)}[1h])`)}) > 0)`,
      {
        service_name: 'Service',
        deployment_environment_name: 'Environment',
        server_address: 'Server',
        websocket_close_cause: 'Cause',
        error_type: 'Error',
        Value: 'Closes',
      },
    ),
    table(
      {
        title: 'Ends of TCP, most first',
        description:
          'fin: the next hop closed in order. reset: it reset. timeout: nothing acknowledged. local: this process destroyed the socket. Of an hour.',
        unit: 'short',
      },
      12,
      `topk(20, sum by (${SERVICE}, server_address, websocket_close_cause, ${END}) (${ENDS} - ${ENDS} offset 1h or ${ENDS}) > 0)`,
      {
        service_name: 'Service',
        deployment_environment_name: 'Environment',
        server_address: 'Server',
        websocket_close_cause: 'Cause',
        [END]: 'End of TCP',
        Value: 'Closes',
      },
    ),
    lines(
      {
        title: 'Abnormal closes with examples',
        description: 'Each dot is one close: it opens its trace.',
        unit: 'cps',
      },
      12,
      [
        [
          `sum by (${SERVICE}, websocket_close_cause) (rate(traces_span_metrics_calls_total{${ABNORMAL}, ${CHOSEN_SERVICE}}${RATE}))`,
          '{{service_name}} {{websocket_close_cause}}',
          true,
        ],
      ],
    ),
  ],
} as const;

/** Rates of the handshakes of one side that did not succeed, whoever is to blame. */
function failures(source: Source, side: Side): string {
  const selectors = [failedHandshakes, refusedHandshakes].flatMap((select) =>
    select(source, side, CHOSEN_SERVICE),
  );
  return selectors.map((selector) => `rate(${selector}${RATE})`).join(' or ');
}
