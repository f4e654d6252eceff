import {
  type CloseFacts,
  type Connection,
  expected,
  isIgnored,
  now,
  type Recorder,
  trackConnection,
} from '@closespan/core/platform';
import { limitNote } from '../connection/limit-note.ts';
import type { ReportedClose } from '../instrument-server.ts';
import type { NodeWebSocketOptions } from '../node-options.ts';

/**
 * Records a close that a gateway has reported. Neither the handshake nor the end that closed first is known, so the
 * record claims nothing of them. Throws if reading a member throws.
 */
export function recordReported(
  { record }: Recorder,
  { ignoreUrls, recordClientAddress }: NodeWebSocketOptions,
  {
    url,
    kind = 'server',
    code: given,
    reason,
    openTime,
    closeTime,
    clientAddress,
    attributes,
  }: ReportedClose,
): void {
  if (typeof url !== 'string') throw expected('url', 'a string', url);
  if (isIgnored(url, ignoreUrls)) return;
  const time = Date.now();
  const ended = Math.min(timeOf(closeTime, time), time);
  const opened = Math.min(timeOf(openTime, Number.NaN), ended);
  // Below zero for a close before the start of this process.
  const closedAt = now() - (time - ended);
  // Not a copy, which would no longer be marked as suppressed.
  const connection: Connection = Object.assign(trackConnection(), {
    startedAt: Number.NaN,
    openedAt: closedAt - (ended - opened),
    // The span that is active now made no connection.
    creation: undefined,
    ...(attributes && { note: limitNote({ attributes }) }),
  });
  const code = codeOf(given);
  const facts: CloseFacts = {
    kind,
    url,
    code,
    // A Close frame without a code has no text, so this text is the gateway's (RFC 6455 §5.5.1).
    reason: typeof reason === 'string' && code !== 1005 ? reason : '',
    wasClean: code !== 1006,
    initiator: 'unknown',
    closedAt,
    ...(recordClientAddress && { clientAddress }),
  };
  record(connection, facts);
}

/** Returns a close code (RFC 6455 §7.4). A value that is none becomes 1006: nobody knows of a Close frame. */
function codeOf(code: unknown): number {
  return Number.isInteger(code) && Number(code) >= 1000 && Number(code) <= 4999 ? Number(code) : 1006;
}

/** Returns a time in epoch milliseconds. */
function timeOf(time: unknown, fallback: number): number {
  return typeof time === 'number' && time > 0 ? time : fallback;
}
