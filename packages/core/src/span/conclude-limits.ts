import type { CloseFacts, PendingClose } from '../record/close-facts.ts';
import { type CloseLimit, createCloseLimits, isAlike } from '../record/close-limits.ts';
import type { CloseRecord } from '../record/close-record.ts';
import { createLossNeighbours } from '../record/loss-neighbours.ts';
import {
  ATTR_WEBSOCKET_CLOSE_LIMIT,
  ATTR_WEBSOCKET_CLOSE_LIMIT_KIND,
  ATTR_WEBSOCKET_IDLE_DURATION,
} from '../semconv.ts';

/** Concludes the time limits of proxies from the closes of one process. */
export interface LimitConclusion {
  /** Notes a close at the time of the close. So the record of a close can be compared with the closes that follow. */
  noteClose(closed: PendingClose): void;
  /**
   * Returns a record with the time limit that has probably ended the connection. Called once for each record.
   * @param closed the close of the record
   */
  concludeLimit(record: CloseRecord, closed: PendingClose): CloseRecord;
}

/**
 * Makes functions that conclude the time limits of proxies from the closes of one process. The functions need
 * `websocket.idle.duration`. An idle limit becomes the cause `idle_timeout`.
 * @param shortestAge shortest limit of a whole life that is found, in seconds. @defaultValue 30
 */
export function createLimitConclusion(shortestAge?: number): LimitConclusion {
  const limitOf = createCloseLimits(shortestAge);
  const neighbours = createLossNeighbours();
  return {
    noteClose(closed) {
      neighbours.note(closed, idleOf(closed.facts) ?? Number.NaN);
    },
    concludeLimit(record, closed) {
      const disagrees = ({ seconds, kind }: CloseLimit) =>
        neighbours.disagree(closed, kind, (duration) => isAlike(duration, seconds));
      const limit = limitOf(record, idleOf(record), disagrees);
      if (!limit) return record;
      return {
        ...record,
        cause: limit.kind === 'idle' ? 'idle_timeout' : record.cause,
        furtherAttributes: {
          ...record.furtherAttributes,
          [ATTR_WEBSOCKET_CLOSE_LIMIT]: limit.seconds,
          [ATTR_WEBSOCKET_CLOSE_LIMIT_KIND]: limit.kind,
        },
      };
    },
  };
}

/** Returns the time without a byte before the end, in seconds; `undefined` if not known. */
function idleOf({ furtherAttributes }: Pick<CloseFacts, 'furtherAttributes'>): number | undefined {
  const idle = furtherAttributes?.[ATTR_WEBSOCKET_IDLE_DURATION];
  return typeof idle === 'number' ? idle : undefined;
}
