import type { Attributes } from '@opentelemetry/api';
import type { CloseCause } from './close-cause.ts';

/**
 * Facts about a connection that only the app knows. A member or attribute that is `undefined` removes the value of an
 * earlier note.
 */
export interface CloseNote {
  /**
   * Attributes of the close span, such as the id of a user or a room. A connection has at most 32. A text is cut after
   * 256 characters, and a list after 32 items. Ignored are names that begin with `websocket.` or have more than 128
   * characters, and values that are no text, boolean, finite number, or list of one such type.
   */
  readonly attributes?: Readonly<Attributes> | undefined;
  /**
   * Cause of the close. Replaces the cause that closespan concludes. A word that is no `CloseCause` is ignored.
   */
  readonly cause?: CloseCause | undefined;
  /**
   * Reason of the app or its library for the close. The span has the reason as `websocket.close.noted_reason`, after
   * `redactReason`. Cut after 256 characters.
   */
  readonly reason?: string | undefined;
}

/** Adds a note to the earlier notes on a connection. Throws if reading the new note throws. */
export function mergeNotes(before: CloseNote | undefined, note: CloseNote): CloseNote {
  const { attributes } = note;
  // A text would give one attribute for each character.
  return {
    ...before,
    ...note,
    attributes: { ...before?.attributes, ...(typeof attributes === 'object' && attributes) },
  };
}
