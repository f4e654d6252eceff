import { explainClose } from '@closespan/core/explain';
import type { CloseRecord } from '@closespan/node';
import { cleanText } from '../terminal/clean-text.ts';

/** Close of one connection of a probe. All texts are safe for a terminal. */
export interface ProbedClose {
  /** Close code (RFC 6455 §7.4). */
  readonly code: number;
  /** Recorded cause. `unknown` without a record. */
  readonly cause: CloseRecord['cause'];
  /** Who closed first. `unknown` without a record. */
  readonly initiator: CloseRecord['initiator'];
  /** Error of the client. Empty if there was none. */
  readonly error: string;
  /** Sentence that says what happened. */
  readonly sentence: string;
  /** Facts that the sentence stands on. */
  readonly evidence: readonly string[];
  /** Next step for the reader. */
  readonly next: string;
}

/**
 * Describes a close from its record.
 * @param code code of the client's event `close`
 * @param wasOpen whether the handshake succeeded
 */
export function probedClose(
  record: CloseRecord | undefined,
  code: number,
  wasOpen: boolean,
  error: Error | undefined,
): ProbedClose {
  const { cause = 'unknown', initiator = 'unknown', errorCode, httpStatusCode } = record ?? {};
  // The second connection of a probe is no attempt after a loss.
  const { sentence, evidence, next } = explainClose(
    record ? { ...record, reconnectAttempt: undefined } : { code, handshakeSucceeded: wasOpen },
  );
  // The message about a status says no more than the sentence.
  const message = httpStatusCode === undefined ? cleanText(error?.message ?? '') : '';
  const close = { code, cause, initiator, error: message, sentence, evidence, next };
  if (cause !== 'handshake_failed' || errorCode !== undefined || message === '') return close;
  // Only the client knows what was wrong with the response.
  return {
    ...close,
    sentence: 'A response came that is no valid handshake of WebSocket.',
    next: 'Look at what responds at this path, and whether a proxy changes the response.',
  };
}
