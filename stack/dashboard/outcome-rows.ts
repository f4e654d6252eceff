import { CODE } from '../rules/sources.ts';
import { ABNORMAL_CLOSES, byWho, CHOSEN, CLOSES, share, WHO } from './chosen-series.ts';
import { codeBands, lines, stat } from './panels.ts';

/** Whether it is broken, and since when. */
export const OUTCOME_ROWS = {
  'Is it broken?': [
    stat(
      {
        title: 'Abnormal closes',
        description: 'Share of the connections that ended in 5 minutes. Clients: a few percent are usual.',
        unit: 'percentunit',
      },
      [0.03, 0.15],
      share(ABNORMAL_CLOSES, CLOSES),
    ),
    stat(
      {
        title: 'Lost in 2 minutes',
        description: 'Connections that ended abnormally in the last 2 minutes.',
        unit: 'short',
      },
      [50, 100],
      `sum(service:websocket_closes_abnormal:increase2m{${CHOSEN}}) or 0 * sum(${CLOSES})`,
    ),
    stat(
      {
        title: 'Handshakes that fail',
        description: 'Share of the handshakes of 5 minutes, also of those that a server answered with 4xx.',
        unit: 'percentunit',
      },
      [0.02, 0.05],
      share(
        `{__name__=~"service:websocket_handshakes_(failed|refused):rate5m", ${CHOSEN}}`,
        `service:websocket_handshakes:rate5m{${CHOSEN}}`,
      ),
    ),
    stat(
      { title: 'Closes', description: 'Connections that end, each second.', unit: 'cps' },
      [],
      `sum(${CLOSES})`,
    ),
    stat(
      { title: 'Median lifetime', description: 'Of the worst service that is chosen.', unit: 's' },
      [],
      `min(service:websocket_connection_duration_seconds:p50_5m{${CHOSEN}})`,
    ),
    stat(
      { title: 'Alerts', description: 'Alerts about WebSockets that are firing.', unit: 'short' },
      [1, 1],
      'count(ALERTS{component="websocket", alertstate="firing"}) or vector(0)',
    ),
  ],
  'What closes, and since when?': [
    codeBands(
      {
        title: 'Closes by code',
        description: 'Deploys show as 1001 and 1012, cut networks as 1006, bugs of servers as 1011.',
        unit: 'cps',
      },
      12,
      `sum by (${CODE}) (service_code:websocket_closes:rate5m{${CHOSEN}})`,
    ),
    lines(
      {
        title: 'Abnormal share',
        description:
          'Clients bad and servers good: what is between them. Both bad: the service. A point leads to its closes.',
        unit: 'percentunit',
      },
      12,
      [[`service:websocket_closes_abnormal:ratio_rate5m{${CHOSEN}}`, WHO]],
    ),
    lines(
      {
        title: 'Abnormal share by window',
        description: 'Pages need two of them over their threshold: 5 m and 1 h, or 30 m and 6 h.',
        unit: 'percentunit',
      },
      12,
      (['5m', '30m', '1h', '6h', '3d'] as const).map((window) => [
        share(
          `service:websocket_closes_abnormal:rate${window}{${CHOSEN}}`,
          `service:websocket_closes:rate${window}{${CHOSEN}}`,
        ),
        window,
      ]),
    ),
    lines(
      {
        title: 'Lost in 2 minutes',
        description: 'Sees the first burst of a service too, which a rate cannot.',
        unit: 'short',
      },
      12,
      [[`${byWho(`service:websocket_closes_abnormal:increase2m{${CHOSEN}}`)} or 0 * ${byWho(CLOSES)}`, WHO]],
    ),
  ],
} as const;
