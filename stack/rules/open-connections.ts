import {
  ATTR_REASON,
  METRIC_WEBSOCKET_CLIENT_CONNECTION_ACTIVE,
  METRIC_WEBSOCKET_CLIENT_CONNECTION_SILENT,
  METRIC_WEBSOCKET_SERVER_CONNECTION_ACTIVE,
  METRIC_WEBSOCKET_SERVER_CONNECTION_SILENT,
} from '@closespan/core';
import type { Clock } from './durations.ts';
import { labelName } from './prometheus-name.ts';
import type { Side } from './sources.ts';

/** Counts of connections that are open: all of them, or those from which nothing came for long. */
export type OpenCount = 'active' | 'silent';

const COUNTS: Readonly<Record<OpenCount, Readonly<Record<Side, string>>>> = {
  active: {
    client: METRIC_WEBSOCKET_CLIENT_CONNECTION_ACTIVE,
    server: METRIC_WEBSOCKET_SERVER_CONNECTION_ACTIVE,
  },
  silent: {
    client: METRIC_WEBSOCKET_CLIENT_CONNECTION_SILENT,
    server: METRIC_WEBSOCKET_SERVER_CONNECTION_SILENT,
  },
};
/** Matches connections of which a ping has no pong. */
export const UNANSWERED: string = `${labelName(ATTR_REASON)}="ping"`;

/**
 * Numbers of open connections, by process. A gateway serves the last number of a process for a day; the time at which
 * each came (`…_seen`) says whether the process is still there. Of a number that two gateways have, the higher counts.
 */
export function openConnections(
  count: OpenCount,
  side: Side,
  clock: Clock,
  ...matchers: readonly string[]
): string {
  const [name, by] = [labelName(COUNTS[count][side]), matchers.length > 0 ? `{${matchers.join(', ')}}` : ''];
  const isGone = `${name}_seen${by} < time() - ${clock.seconds('5m')}`;
  return `max without (instance) (${name}${by} unless ${isGone})`;
}
