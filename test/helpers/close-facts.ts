import type { ReceivedSpan } from '@closespan/testing';

/** What tests compare of a close. */
export interface ReceivedClose {
  readonly code: unknown;
  readonly clean: unknown;
  readonly by: unknown;
  readonly cause: unknown;
  /** Absent when the close was no error. */
  readonly error?: unknown;
  readonly synthetic?: unknown;
}

/** Reads them from a span; what is absent there is absent here. */
export function closeFacts({ attributes }: ReceivedSpan): ReceivedClose {
  const { 'error.type': error, 'websocket.close.synthetic': synthetic } = attributes;
  return {
    code: attributes['websocket.close.code'],
    clean: attributes['websocket.close.was_clean'],
    by: attributes['websocket.close.initiator'],
    cause: attributes['websocket.close.cause'],
    ...(error !== undefined && { error }),
    ...(synthetic !== undefined && { synthetic }),
  };
}
