import { createCloseLimits } from '../record/close-limits.ts';
import type { CloseRecord } from '../record/close-record.ts';
import {
  ATTR_WEBSOCKET_CLOSE_LIMIT,
  ATTR_WEBSOCKET_CLOSE_LIMIT_KIND,
  ATTR_WEBSOCKET_IDLE_DURATION,
} from '../semconv.ts';

/** Returns a record with the time limit that has probably ended the connection. Called once for each record. */
export type ConcludeLimit = (record: CloseRecord) => CloseRecord;

/**
 * Makes a function that concludes the time limits of proxies from the records of one process. The function needs
 * `websocket.idle.duration`. An idle limit becomes the cause `idle_timeout`.
 */
export function createConcludeLimit(): ConcludeLimit {
  const limitOf = createCloseLimits();
  return (record) => {
    const { furtherAttributes } = record;
    const idle = furtherAttributes?.[ATTR_WEBSOCKET_IDLE_DURATION];
    const limit = limitOf(record, typeof idle === 'number' ? idle : undefined);
    if (!limit) return record;
    return {
      ...record,
      cause: limit.kind === 'idle' ? 'idle_timeout' : record.cause,
      furtherAttributes: {
        ...furtherAttributes,
        [ATTR_WEBSOCKET_CLOSE_LIMIT]: limit.seconds,
        [ATTR_WEBSOCKET_CLOSE_LIMIT_KIND]: limit.kind,
      },
    };
  };
}
