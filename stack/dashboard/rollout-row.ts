import { REAL_CLOCK } from '../rules/durations.ts';
import { openConnections } from '../rules/open-connections.ts';
import { ABNORMAL, VERSION } from '../rules/sources.ts';
import { CHOSEN_SERVICE, everySide, everywhere, RATE } from './chosen-series.ts';
import { lines } from './panels.ts';

const BY = `service_name, ${VERSION}`;
const LEGEND = `{{service_name}} {{${VERSION}}}`;

const OPEN = everySide((side) =>
  openConnections('active', side, REAL_CLOCK, `${VERSION}!=""`, CHOSEN_SERVICE),
);

/** Whether the version that is rolled out does as the one before. */
export const ROLLOUT_ROW = {
  Rollouts: [
    lines(
      {
        title: 'Closes by version',
        description: 'The old version closes its connections, and the new one takes over.',
        unit: 'cps',
      },
      8,
      [[closes(), LEGEND]],
    ),
    lines(
      {
        title: 'Abnormal share by version',
        description: 'A new version over the old one: stop the rollout.',
        unit: 'percentunit',
      },
      8,
      [[`(${closes(ABNORMAL)} or 0 * ${closes()}) / ${closes()}`, LEGEND]],
    ),
    lines(
      {
        title: 'Open connections by version',
        description: 'How far the rollout is, for the users. Old versions drain.',
        unit: 'short',
      },
      8,
      [[`sum by (${BY}) (${OPEN})`, LEGEND]],
    ),
  ],
} as const;

/** Closes of connections that had opened, by version. */
function closes(...matchers: readonly string[]): string {
  const series = everywhere(
    (source, side) =>
      `rate(${source.lifetimes(side, 'count', `${VERSION}!=""`, CHOSEN_SERVICE, ...matchers)}${RATE})`,
  );
  return `sum by (${BY}) (${series})`;
}
