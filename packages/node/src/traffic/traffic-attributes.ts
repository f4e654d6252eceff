import {
  ATTR_WEBSOCKET_IDLE_DURATION,
  ATTR_WEBSOCKET_RECEIVED_SIZE,
  ATTR_WEBSOCKET_SENT_SIZE,
  ATTR_WEBSOCKET_SILENCE_DURATION,
} from '@closespan/core';
import type { Attributes } from '@opentelemetry/api';
import type { Traffic } from './traffic-row.ts';

/**
 * Longest stall, in milliseconds, after which the time without a byte is recorded. A time limit of a proxy is concluded
 * from that time, so it must be exact.
 */
const LONGEST_STALL = 1000;

/**
 * Makes the attributes of a connection's traffic at its end.
 * @param endedAt monotonic milliseconds
 * @param stall milliseconds for which this process could not read just before the end. The peer may have ended the
 * connection at the start of that time, so the durations end there
 * @returns `undefined` if the stream does not count its bytes
 */
export function trafficAttributes(
  { receivedSize, sentSize, receivedAt, sentAt }: Traffic,
  endedAt: number,
  stall: number,
): Attributes | undefined {
  if (receivedSize === undefined) return undefined;
  const attributes: Attributes = {
    [ATTR_WEBSOCKET_SILENCE_DURATION]: secondsBetween(receivedAt, endedAt - stall),
    [ATTR_WEBSOCKET_RECEIVED_SIZE]: receivedSize,
  };
  if (sentSize === undefined) return attributes;
  attributes[ATTR_WEBSOCKET_SENT_SIZE] = sentSize;
  const idle = secondsBetween(Math.max(receivedAt, sentAt), endedAt - stall);
  if (stall < LONGEST_STALL) attributes[ATTR_WEBSOCKET_IDLE_DURATION] = idle;
  return attributes;
}

/** Returns a duration in seconds, to a hundredth. */
function secondsBetween(start: number, end: number): number {
  return Math.round(Math.max(0, end - start) / 10) / 100;
}
