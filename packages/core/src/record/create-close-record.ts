import type { Attributes } from '@opentelemetry/api';
import { isCarrying } from './carried-context.ts';
import { type CloseCause, type CloseInitiator, closeCause } from './close-cause.ts';
import { type CloseCategory, classifyCloseCode } from './close-code-table.ts';
import type { CloseCodeMeaning } from './close-codes.ts';
import type { CloseFacts, PageFacts, PendingClose } from './close-facts.ts';
import type { CloseNote } from './close-note.ts';
import type { CloseRecord } from './close-record.ts';
import type { Endpoint } from './endpoint.ts';
import { requestedCode } from './requested-code.ts';
import { cut } from './text-limits.ts';

/** Rules by which facts about a close become a record. */
export interface RecordRules {
  /**
   * Returns the cause of a connection's loss by the errno or the error code of a library. `undefined` if the code names
   * no cause. Absent in pages, which see no such code.
   */
  readonly causeOf: ((errorCode: string) => CloseCause | undefined) | undefined;
  /**
   * Returns the name of a connection's close code, and whether a close with this code counts as an error. `undefined`
   * if the code table decides.
   */
  readonly meaningOf: (facts: CloseFacts, code: number) => CloseCodeMeaning | undefined;
  /** Returns the text to record for a close reason. Empty for a value that is not a text. Never throws. */
  readonly redactReason: (reason: unknown) => string;
  /** Returns the text to record for the negotiated subprotocol. Empty for a value that is not a text. Never throws. */
  readonly redactSubprotocol: (subprotocol: unknown) => string;
  /** Returns the attributes that stand for a note of the app. */
  readonly notedAttributes: (note: CloseNote) => Attributes;
  /** Returns the server of a connection, with the parts of the URL that are recorded. */
  readonly endpointOf: (facts: CloseFacts) => Endpoint;
  /** Returns the attributes of the span that describe a page. */
  readonly describePage: (page: PageFacts) => Readonly<Attributes>;
}

/** Categories of close codes that count as errors. */
const ABNORMAL: ReadonlySet<CloseCategory> = new Set(['protocol', 'policy', 'internal', 'lost', 'reserved']);
/** Causes that never count as errors, whatever the close code is. */
export const EXPECTED: ReadonlySet<CloseCause> = new Set([
  'page_exit',
  'bfcache',
  'process_exit',
  'suspended',
  'aborted_connecting',
]);

/**
 * Makes the record of a close, and concludes name, category, initiator and cause from the facts. A connection without
 * an id gets a random id.
 */
export function createCloseRecord(closed: PendingClose, rules: RecordRules): CloseRecord {
  const { connection, facts, closedAt, closeTime } = closed;
  const { startedAt, openedAt, closing, creation, connectionId, note } = connection;
  const { wasClean, reportedCode = facts.code } = facts;
  // `protocol` is null in workerd.
  const subprotocol = facts.subprotocol ?? '';
  // Deno reports 0 for a connection that was lost. A 0 that a peer sent is clean.
  const code = facts.code === 0 && !wasClean ? 1006 : facts.code;
  // A response with 101 refuses nothing, even where the client found it invalid.
  const httpStatusCode = facts.httpStatusCode === 101 ? undefined : facts.httpStatusCode;
  // A Close frame that arrived explains more than a later error of the transport.
  const errorCode = code === 1006 ? facts.errorCode : undefined;
  const [name, category] = classifyCloseCode(code);
  const meaning = rules.meaningOf(facts, code);
  const opened = openedAt !== undefined;
  const initiator = initiatorOf(facts, code, opened, closing?.by);
  const closingDuration = closing ? closedAt - closing.at : 0;
  const { interruption, suspendedDuration } = facts;
  const cause =
    notedCause(note) ??
    facts.cause ??
    closeCause({
      opened,
      code,
      category,
      initiator,
      httpStatusCode,
      causeOfError: errorCode && rules.causeOf?.(errorCode),
      interruption,
      closingDuration,
    });
  const closingTime = closeTime - closingDuration;
  return {
    kind: facts.kind,
    connectionId,
    endpoint: rules.endpointOf(facts),
    peer: facts.peer,
    clientAddress: facts.clientAddress,
    origin: facts.origin,
    code,
    name: meaning?.name ?? name,
    category,
    // Without a Close frame the text is not the peer's: workerd writes one.
    reason: code !== 1006 || wasClean ? rules.redactReason(facts.reason) : '',
    wasClean,
    initiator,
    cause,
    abnormal: !EXPECTED.has(cause) && (!opened || isAbnormalCode(code, wasClean, meaning)),
    synthetic: facts.synthetic ?? false,
    reportedCode: reportedCode === code ? undefined : reportedCode,
    requestedCode: closing?.by === 'local' ? requestedCode(closing.code) : undefined,
    requestedReason: rules.redactReason(closing?.reason),
    startTime: known(closeTime - (closedAt - startedAt)) ?? closingTime,
    closingTime,
    closeTime,
    handshakeSucceeded: opened,
    handshakeDuration: known((openedAt ?? closedAt) - startedAt),
    connectionDuration: opened ? known(closedAt - openedAt) : undefined,
    suspendedDuration,
    subprotocol: isCarrying(subprotocol) ? '' : rules.redactSubprotocol(subprotocol),
    extensions: facts.extensions ?? '',
    unsentSize: facts.unsentSize ?? 0,
    httpStatusCode,
    errorCode,
    reconnectAttempt: closed.attempt,
    creation,
    furtherAttributes:
      note || facts.page
        ? {
            ...(note && rules.notedAttributes(note)),
            ...(facts.page && rules.describePage(facts.page)),
            ...facts.furtherAttributes,
          }
        : facts.furtherAttributes,
  };
}

/**
 * Returns the cause that the app has noted. Returns `undefined` for a value that is no text. On Node the text is a
 * cause; a page has no list of them.
 */
function notedCause(note: CloseNote | undefined): CloseCause | undefined {
  const cause: unknown = note?.cause;
  return typeof cause === 'string' ? (cut(cause, 32) as CloseCause) : undefined;
}

/**
 * Returns whether a close after `open` counts as an error. The meaning of the code decides, if the app or a preset has
 * given one. Otherwise the code's category and `wasClean` decide.
 */
export function isAbnormalCode(
  code: number,
  wasClean: boolean,
  meaning: CloseCodeMeaning | undefined,
): boolean {
  return meaning?.abnormal ?? (!wasClean || ABNORMAL.has(classifyCloseCode(code)[1]));
}

/** Returns who closed first. A noted sign of closing decides, else the observer, else the `close` event. */
function initiatorOf(
  facts: CloseFacts,
  code: number,
  opened: boolean,
  by: 'local' | 'remote' | undefined,
): CloseInitiator {
  if (by) return by;
  if (facts.initiator) return facts.initiator;
  if (!opened) return 'none';
  // Firefox reports a 1006 that the peer sent as clean: a frame did arrive.
  if (facts.wasClean || (code !== 1006 && code !== 1015)) return 'remote';
  // An error without a code may come from the transport, or from a runtime that fails the connection.
  return facts.errored && !facts.errorCode ? 'unknown' : 'none';
}

/**
 * Returns a time or duration, or `undefined` for NaN. A time before observation is NaN, and so is a duration since such
 * a time. A duration that rounding made negative becomes 0.
 */
function known(millis: number): number | undefined {
  return Number.isNaN(millis) ? undefined : Math.max(0, millis);
}
