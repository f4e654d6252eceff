import type { CloseCause, CloseNote } from '@closespan/core';
import { cut, flat, LONGEST_NOTED, MOST_NOTED, NOTED_NAME, notedValue } from '@closespan/core/platform';
import type { AttributeValue } from '@opentelemetry/api';

/** Has each cause, which the type checks. */
const CAUSES: Readonly<Record<CloseCause, true>> = {
  handshake_rejected: true,
  handshake_failed: true,
  handshake_timeout: true,
  aborted_connecting: true,
  page_exit: true,
  bfcache: true,
  process_exit: true,
  suspended: true,
  offline: true,
  connection_reset: true,
  idle_timeout: true,
  pong_backlog: true,
  too_many_parts: true,
  local_terminate: true,
  close_timeout: true,
  ping_timeout: true,
  message_too_big: true,
  protocol_error: true,
  connection_lost: true,
  server_restart: true,
  server_error: true,
  policy: true,
  local_close: true,
  remote_close: true,
  unknown: true,
};

/**
 * Returns a note of the app within its limits. Values that OpenTelemetry does not allow are left out. Throws if reading
 * the note throws.
 */
export function limitNote({ attributes, cause, reason }: CloseNote): CloseNote {
  const limited: Record<string, AttributeValue> = {};
  let count = 0;
  for (const [name, given] of Object.entries(attributes ?? {})) {
    if (count === MOST_NOTED) break;
    const value = NOTED_NAME.test(name) ? notedValue(given, textOf) : undefined;
    if (value === undefined) continue;
    // Not by assignment, which does nothing for the name `__proto__`.
    Object.defineProperty(limited, flat(name), { value, enumerable: true });
    count++;
  }
  return {
    attributes: limited,
    cause: typeof cause === 'string' && Object.hasOwn(CAUSES, cause) ? cause : undefined,
    reason: typeof reason === 'string' ? textOf(reason) : undefined,
  };
}

/** Returns a text within the limit, which keeps no longer text in memory. */
function textOf(text: string): string {
  return flat(cut(text, LONGEST_NOTED));
}
