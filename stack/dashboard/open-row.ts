import { ATTR_WEBSOCKET_CONNECTION_AGE_GROUP } from '@closespan/core';
import { REAL_CLOCK } from '../rules/durations.ts';
import { openConnections } from '../rules/open-connections.ts';
import { labelName } from '../rules/prometheus-name.ts';
import { byWho, CHOSEN, CHOSEN_SERVICE, everySide, WHO } from './chosen-series.ts';
import { bands, lines } from './panels.ts';

const AGE = labelName(ATTR_WEBSOCKET_CONNECTION_AGE_GROUP);

/** How many connections are open, and how old they are. */
export const OPEN_ROW = {
  'Open now': [
    lines(
      {
        title: 'Open connections',
        description: 'A fall shows a loss at once, before closes are counted. A rise without end is a leak.',
        unit: 'short',
      },
      12,
      [[byWho(`service:websocket_connections_open:sum{${CHOSEN}}`), WHO]],
    ),
    bands(
      {
        title: 'Open connections by age',
        description: 'All young: they were lost together. Days old: they have seen no release since then.',
        unit: 'short',
      },
      12,
      `sum by (${AGE}) (${everySide((side) => openConnections('active', side, REAL_CLOCK, CHOSEN_SERVICE))})`,
      `{{${AGE}}}`,
    ),
  ],
} as const;
