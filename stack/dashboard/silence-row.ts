import { ATTR_SERVER_ADDRESS, ATTR_WEBSOCKET_CLOSE_LIMIT } from '@closespan/core';
import { LIMIT_KIND as KIND, LIMITED_CLOSES } from '../rules/age-limit-rules.ts';
import { CAUSE } from '../rules/cause-rules.ts';
import { labelName } from '../rules/prometheus-name.ts';
import { SERVICE } from '../rules/sources.ts';
import { byWho, CHOSEN, CHOSEN_SERVICE, everywhere, RATE, WHO } from './chosen-series.ts';
import { lines, table } from './panels.ts';

const LIMIT = labelName(ATTR_WEBSOCKET_CLOSE_LIMIT);
const COUNT = `${LIMITED_CLOSES}{${CHOSEN_SERVICE}}`;

/** Which connections are silent, and which proxies cut them, after how long. */
export const SILENCE_ROW = {
  'Silence and idle limits': [
    lines(
      {
        title: 'Open, and nothing came for two minutes',
        description: 'Usual where clients only listen. More than usual: peers that are gone, or cut off.',
        unit: 'short',
      },
      8,
      [[byWho(`service:websocket_connections_silent:sum{${CHOSEN}}`), WHO]],
    ),
    lines(
      {
        title: 'Cut by an idle limit, by server',
        description: 'A proxy ends what is silent for as long as its limit. The span has the limit.',
        unit: 'cps',
      },
      8,
      [
        [
          `sum by (service_name, server_address) (${everywhere((source, side) => `rate(${source.closes(side, `${CAUSE}="idle_timeout"`, CHOSEN_SERVICE)}${RATE})`)})`,
          '{{service_name}} {{server_address}}',
        ],
      ],
    ),
    table(
      {
        title: 'Limits that fit, most first',
        description:
          'idle: the proxy cuts what is silent. age: it cuts every connection at that age. Of an hour.',
        unit: 'short',
      },
      8,
      `topk(20, sum by (${SERVICE}, ${labelName(ATTR_SERVER_ADDRESS)}, ${LIMIT}, ${KIND}) (${COUNT} - ${COUNT} offset 1h or ${COUNT}) > 0)`,
      {
        service_name: 'Service',
        deployment_environment_name: 'Environment',
        [labelName(ATTR_SERVER_ADDRESS)]: 'Server',
        [LIMIT]: 'Limit in seconds',
        [KIND]: 'Kind',
        Value: 'Closes',
      },
    ),
  ],
} as const;
