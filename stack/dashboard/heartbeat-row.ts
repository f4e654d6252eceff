import { CAUSE } from '../rules/cause-rules.ts';
import { CHOSEN, WHO } from './chosen-series.ts';
import { lines } from './panels.ts';

/** Whether peers respond to the pings of the app. */
export const HEARTBEAT_ROW = {
  Heartbeats: [
    lines(
      {
        title: 'Given up: no pong, or dropped on purpose',
        description:
          'ping_timeout: the peer was dead. local_terminate: the app dropped it without a Close frame.',
        unit: 'cps',
      },
      12,
      [
        [
          `sum by (service_name, side, ${CAUSE}) (service_cause:websocket_closes:rate5m{${CHOSEN}, ${CAUSE}=~"ping_timeout|local_terminate"})`,
          `${WHO} {{${CAUSE}}}`,
        ],
      ],
    ),
  ],
} as const;
