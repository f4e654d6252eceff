import { ATTR_WEBSOCKET_PING_RTT, ATTR_WEBSOCKET_PING_UNANSWERED } from '@closespan/core';
import type { Attributes } from '@opentelemetry/api';
import type { PingState } from './ping-state.ts';

/** Returns the attributes of a connection over which the app has sent pings; `undefined` for any other connection. */
export function pingAttributes(pings: PingState | undefined): Attributes | undefined {
  if (!pings) return undefined;
  const { unanswered, roundTrip } = pings;
  return {
    [ATTR_WEBSOCKET_PING_UNANSWERED]: unanswered,
    ...(roundTrip !== undefined && { [ATTR_WEBSOCKET_PING_RTT]: roundTrip / 1000 }),
  };
}
