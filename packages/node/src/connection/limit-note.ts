import type { CloseCause, CloseNote } from '@closespan/core';
import { cut, flat } from '@closespan/core/platform';
import type { AttributeValue } from '@opentelemetry/api';

/** Largest number of noted attributes of a connection, and of items of a list. */
const MOST = 32;
/** Largest number of characters of a noted text. */
const LONGEST = 256;
/** Matches the names that an app may give to attributes. */
const NAME = /^(?!websocket\.|error\.type$).{1,128}$/s;
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
    if (count === MOST) break;
    const value = NAME.test(name) ? attributeOf(given) : undefined;
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

function attributeOf(value: unknown): AttributeValue | undefined {
  if (!Array.isArray(value)) return scalarOf(value);
  // Item by item: a list may have holes, and methods of its own.
  const items = Array.from({ length: Math.min(value.length, MOST) }, (_, index) => scalarOf(value[index]));
  const type = typeof items[0];
  // One of the three types, so the list is one that OpenTelemetry allows.
  return items.every((item) => item !== undefined && typeof item === type) ? (items as string[]) : undefined;
}

function scalarOf(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'string') return textOf(value);
  return typeof value === 'boolean' || Number.isFinite(value) ? (value as boolean | number) : undefined;
}

/** Returns a text within the limit, which keeps no longer text in memory. */
function textOf(text: string): string {
  return flat(cut(text, LONGEST));
}
