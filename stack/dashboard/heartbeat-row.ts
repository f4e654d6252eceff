import {
  METRIC_WEBSOCKET_CLIENT_PING_DURATION,
  METRIC_WEBSOCKET_SERVER_PING_DURATION,
} from '@closespan/core';
import { CAUSE } from '../rules/cause-rules.ts';
import { secondsHistogramName } from '../rules/prometheus-name.ts';
import { byWho, CHOSEN, CHOSEN_SERVICE, everySide, RATE, WHO } from './chosen-series.ts';
import { lines } from './panels.ts';

const PINGS = {
  client: METRIC_WEBSOCKET_CLIENT_PING_DURATION,
  server: METRIC_WEBSOCKET_SERVER_PING_DURATION,
};
const BUCKETS = everySide(
  (side) => `rate(${secondsHistogramName(PINGS[side], 'bucket')}{${CHOSEN_SERVICE}}${RATE})`,
);

/** Whether peers respond to the pings of the app. */
export const HEARTBEAT_ROW = {
  Heartbeats: [
    lines(
      {
        title: 'Round trips of pings, median and 95th percentile',
        description:
          'Pings of the app. A rise comes before timeouts: a slow network, or a blocked event loop.',
        unit: 's',
      },
      8,
      [0.5, 0.95].map((q) => [
        `histogram_quantile(${q}, sum by (service_name, side, le) (${BUCKETS}))`,
        `p${q * 100} ${WHO}`,
      ]),
    ),
    lines(
      {
        title: 'Given up: no pong, or dropped on purpose',
        description:
          'ping_timeout: the peer was dead. local_terminate: the app dropped it without a Close frame.',
        unit: 'cps',
      },
      8,
      [
        [
          `sum by (service_name, side, ${CAUSE}) (service_cause:websocket_closes:rate5m{${CHOSEN}, ${CAUSE}=~"ping_timeout|local_terminate"})`,
          `${WHO} {{${CAUSE}}}`,
        ],
      ],
    ),
    lines(
      {
        title: 'Open, with a ping that has no pong',
        description: 'These are given up next, if nothing comes.',
        unit: 'short',
      },
      8,
      [[byWho(`service:websocket_connections_unanswered:sum{${CHOSEN}}`), WHO]],
    ),
  ],
} as const;
