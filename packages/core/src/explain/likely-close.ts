import { causeOfError } from '../record/cause-of-error.ts';
import { type CloseCause, type CloseInitiator, closeCause } from '../record/close-cause.ts';
import { classifyCloseCode } from '../record/close-code-table.ts';
import { isLoss } from '../record/close-limits.ts';
import { EXPECTED, isAbnormalCode } from '../record/create-close-record.ts';
import { findKnownLimit } from './known-limits.ts';

/**
 * Facts of a close that somebody describes.
 * @internal
 */
export interface DescribedClose {
  readonly code: number;
  /** End of the connection that saw the close. */
  readonly kind: 'client' | 'server';
  /** Who closed first. */
  readonly initiator: CloseInitiator;
  /** Whether the connection had opened. */
  readonly opened: boolean;
  /** HTTP status of the response that refused the handshake. */
  readonly httpStatusCode: number | undefined;
  /** errno or error code of a library. */
  readonly errorCode: string | undefined;
  /** Time without a byte before the end, in seconds. */
  readonly idle: number | undefined;
  /** Cause that is known. `undefined`: the likely cause is concluded. */
  readonly cause: CloseCause | undefined;
}

/**
 * Conclusion from a description of a close.
 * @internal
 */
export interface LikelyClose {
  readonly cause: CloseCause;
  /** Whether the close counts as an error. */
  readonly abnormal: boolean;
  /** Idle limit of a proxy that fits, in seconds. `undefined` if none fits. */
  readonly limit: number | undefined;
}

/**
 * Concludes the cause of a close that somebody describes, by the rules that records have.
 * @internal
 */
export function likelyClose(close: DescribedClose): LikelyClose {
  const { code, kind, opened, initiator, httpStatusCode, errorCode, idle = Number.NaN } = close;
  const [, category] = classifyCloseCode(code);
  const concluded = closeCause({
    opened,
    code,
    category,
    initiator,
    httpStatusCode,
    causeOfError: errorCode && causeOfError(errorCode),
    interruption: undefined,
    closingDuration: 0,
  });
  const known = findKnownLimit(idle, 'idle')?.seconds;
  const mayBeCut = isLoss({ kind, handshakeSucceeded: opened, cause: concluded, code });
  const isGiven = close.cause !== undefined && close.cause !== 'idle_timeout';
  const limit = mayBeCut && !isGiven ? known : undefined;
  const cause = close.cause ?? (limit === undefined ? concluded : 'idle_timeout');
  return {
    cause,
    limit,
    abnormal: !EXPECTED.has(cause) && (!opened || isAbnormalCode(code, category !== 'lost', undefined)),
  };
}
