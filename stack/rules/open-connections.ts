import {
  METRIC_WEBSOCKET_CLIENT_CONNECTION_ACTIVE,
  METRIC_WEBSOCKET_SERVER_CONNECTION_ACTIVE,
} from '@closespan/core';
import type { Clock } from './durations.ts';
import { labelName } from './prometheus-name.ts';
import type { Side } from './sources.ts';

const ACTIVE: Readonly<Record<Side, string>> = {
  client: METRIC_WEBSOCKET_CLIENT_CONNECTION_ACTIVE,
  server: METRIC_WEBSOCKET_SERVER_CONNECTION_ACTIVE,
};

/**
 * Numbers of open connections, by process. A gateway serves the last number of a process for a day; the time at which
 * each came (`…_seen`) says whether the process is still there. Of a number that two gateways have, the higher counts.
 */
export function openConnections(side: Side, clock: Clock, ...matchers: readonly string[]): string {
  const [name, by] = [labelName(ACTIVE[side]), matchers.length > 0 ? `{${matchers.join(', ')}}` : ''];
  const isGone = `${name}_seen${by} < time() - ${clock.seconds('5m')}`;
  return `max without (instance) (${name}${by} unless ${isGone})`;
}
