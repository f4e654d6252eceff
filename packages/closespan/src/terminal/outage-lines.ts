import {
  ATTR_URL_FULL,
  ATTR_WEBSOCKET_CLOSE_CAUSE,
  ATTR_WEBSOCKET_RECONNECT_ATTEMPTS,
  ATTR_WEBSOCKET_RECONNECT_CAUSES,
} from '@closespan/core';
import { durationText } from '@closespan/core/explain';
import type { ReceivedSpan } from '../otlp/received-span.ts';
import { cleanText } from './clean-text.ts';
import { clockTime } from './clock-time.ts';
import type { LineOptions } from './close-lines.ts';
import { TONES } from './close-tone.ts';
import { headLines } from './head-lines.ts';
import { plural } from './plural.ts';
import { shownClose } from './shown-close.ts';

/** Members of a span from which an outage is shown. */
export type OutageSpan = Pick<
  ReceivedSpan,
  'attributes' | 'resource' | 'kind' | 'startTime' | 'endTime' | 'statusCode'
>;

/** Facts of an outage: the time from a loss of a client to the next opening. */
export interface ShownOutage {
  /** Whether a connection opened at the end of the outage. If not, the page or process ended before. */
  readonly isOver: boolean;
  /** Length in seconds. */
  readonly downtime: number;
  /** Number of connections that were begun meanwhile. */
  readonly attempts: number | undefined;
  /** Cause of the loss. */
  readonly cause: string;
  /** Causes of the attempts that failed. */
  readonly failed: readonly string[];
  readonly url: string;
}

/** Reads the facts of an outage. Never throws. */
export function shownOutage({ attributes, startTime, endTime, statusCode }: OutageSpan): ShownOutage {
  const attempts = attributes[ATTR_WEBSOCKET_RECONNECT_ATTEMPTS];
  const failed = attributes[ATTR_WEBSOCKET_RECONNECT_CAUSES];
  return {
    isOver: statusCode !== 2,
    downtime: Math.max(0, (endTime - startTime) / 1000) || 0,
    attempts: typeof attempts === 'number' ? attempts : undefined,
    cause: cleanText(attributes[ATTR_WEBSOCKET_CLOSE_CAUSE], 48),
    failed: (Array.isArray(failed) ? failed : []).slice(0, 10).map((cause) => cleanText(cause, 48)),
    url: cleanText(attributes[ATTR_URL_FULL]),
  };
}

/** Returns an outage as lines of text: whether the client is back, after which time, and at which attempt. */
export function outageLines(span: OutageSpan, options: LineOptions): string[] {
  const { isOver, downtime, attempts, cause, failed, url } = shownOutage(span);
  const { time, service } = shownClose(span);
  const { paint } = options;
  const { style } = isOver ? TONES.normal : TONES.abnormal;
  const count = attempts === undefined ? '' : `, ${plural(attempts, 'attempt')}`;
  const end = `↻ client ${isOver ? '' : 'not '}back after ${durationText(downtime)}${count}`;
  const causes = [cause && `after ${cause}`, failed.length > 0 && `failed: ${failed.join(', ')}`];
  return headLines(
    {
      plain: `${clockTime(time)} ${end}`,
      head: `${paint('dim', clockTime(time))} ${paint(style, end)}`,
      address: url,
      tail: [service, ...causes].filter(Boolean).join('  '),
    },
    options,
  );
}
