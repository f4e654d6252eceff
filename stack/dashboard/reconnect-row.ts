import { CAUSE } from '../rules/cause-rules.ts';
import { SOURCES } from '../rules/sources.ts';
import { CHOSEN, CHOSEN_SERVICE, RATE } from './chosen-series.ts';
import { lines } from './panels.ts';

const RECONNECTS = SOURCES.map(
  (source) => `rate(${source.downtimes('count', CHOSEN_SERVICE)}${RATE})${source.exclude('client')}`,
).join('\nor ');

/** For how long clients were away, and why. */
export const RECONNECT_ROW = {
  'Reconnects and downtime': [
    lines(
      {
        title: 'Downtime of clients, median and 95th percentile',
        description: 'From the loss to the next opening, of clients that came back in 15 minutes.',
        unit: 's',
      },
      12,
      [
        [`service:websocket_reconnect_downtime_seconds:p50_15m{${CHOSEN}}`, 'p50 {{service_name}}'],
        [`service:websocket_reconnect_downtime_seconds:p95_15m{${CHOSEN}}`, 'p95 {{service_name}}'],
      ],
    ),
    lines(
      {
        title: 'Clients that come back, by the cause of the loss',
        description: 'What took them away: the network, a proxy, or a server that was restarted.',
        unit: 'cps',
      },
      12,
      [[`sum by (service_name, ${CAUSE}) (${RECONNECTS})`, `{{service_name}} {{${CAUSE}}}`]],
    ),
  ],
} as const;
