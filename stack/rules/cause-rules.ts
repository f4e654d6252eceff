import { ATTR_WEBSOCKET_CLOSE_CAUSE } from '@closespan/core';
import { type Clock, promDuration } from './durations.ts';
import { labelName } from './prometheus-name.ts';
import type { RecordingRule } from './recording-rules.ts';
import { OPENED, SERVICE, SIDES, SOURCES } from './sources.ts';

export const CAUSE: string = labelName(ATTR_WEBSOCKET_CLOSE_CAUSE);
/** Causes with charts and alerts of their own: what a heartbeat, an idle limit or the app itself ended. */
const CAUSES = ['ping_timeout', 'idle_timeout', 'local_terminate'];

/** Recording rules about connections that were given up, by cause. */
export function causeRules(clock: Clock): RecordingRule[] {
  const window = promDuration(clock.seconds('5m'));
  return SOURCES.flatMap((source) =>
    SIDES.map((side) => {
      const series = source.closes(side, OPENED, `${CAUSE}=~"${CAUSES.join('|')}"`);
      return {
        record: 'service_cause:websocket_closes:rate5m',
        expr: `sum by (${SERVICE}, ${CAUSE}) (rate(${series}[${window}]))${source.exclude(side)}`,
        labels: { source: source.name, side },
      };
    }),
  );
}
