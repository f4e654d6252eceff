import type { SpanContext } from '@opentelemetry/api';
import { isCarrying } from '../propagation/carried-context.ts';
import { type CloseCause, type CloseInitiator, closeCause } from './close-cause.ts';
import { type CloseCategory, classifyCloseCode } from './close-code-table.ts';
import type { CloseCodeMeanings } from './close-codes.ts';
import type { ClosedConnection, CloseFacts, Peer } from './closed-connection.ts';
import type { Endpoint } from './endpoint.ts';

/** The end of one connection, made exactly once. Times are epoch milliseconds, durations milliseconds. */
export interface CloseRecord {
  readonly kind: 'client' | 'server';
  /** 16 hexadecimal digits; the same at both ends where both run on Node. */
  readonly connectionId: string;
  readonly endpoint: Endpoint;
  /** The remote end of the TCP connection; `undefined` where it is not known, or not to be recorded. */
  readonly peer: Peer | undefined;
  /** Only on servers, and by option. */
  readonly clientAddress: string | undefined;
  /** The `Origin` of the handshake; only on servers, and by option. */
  readonly origin: string | undefined;
  /** As the `close` event gave it (WHATWG WebSockets § CloseEvent), but for what `reportedCode` says. */
  readonly code: number;
  readonly name: string;
  readonly category: CloseCategory;
  /** The peer's text after `redactReason`; empty when there is none. */
  readonly reason: string;
  readonly wasClean: boolean;
  readonly initiator: CloseInitiator;
  readonly cause: CloseCause;
  /** Whether the outcome counts as an error, by default rules and `closeCodes`. */
  readonly abnormal: boolean;
  readonly synthetic: boolean;
  /** The code of the runtime's own `close` event where that is not what came; else `undefined`. */
  readonly reportedCode: number | undefined;
  /** The code of our own `close(code)`; `undefined` without one. */
  readonly requestedCode: number | undefined;
  readonly startTime: number;
  /** First sign of closing. */
  readonly closingTime: number;
  readonly closeTime: number;
  readonly handshakeSucceeded: boolean;
  /** Construction to open, or to failure; `undefined` when that began before observation did. */
  readonly handshakeDuration: number | undefined;
  /** Open to close; `undefined` when the handshake failed, or its end was not observed. */
  readonly connectionDuration: number | undefined;
  /** For which the device slept, or the page was frozen, meanwhile; `undefined` when it was not noticed. */
  readonly suspendedDuration: number | undefined;
  /** Empty when none was negotiated. */
  readonly subprotocol: string;
  readonly extensions: string;
  /** Bytes that the peer never got. */
  readonly unsentSize: number;
  readonly httpStatusCode: number | undefined;
  readonly errorCode: string | undefined;
  /** The span that was active when the connection was made. */
  readonly creation: SpanContext | undefined;
}

/** How facts become a record; the user's part of it. */
export interface RecordRules {
  readonly closeCodes?: CloseCodeMeanings | undefined;
  readonly redactReason: (reason: string) => string;
  readonly parseEndpoint: (url: string, template: string | undefined) => Endpoint;
}

const ABNORMAL: ReadonlySet<CloseCategory> = new Set(['protocol', 'policy', 'internal', 'lost', 'reserved']);
const EXPECTED: ReadonlySet<CloseCause> = new Set([
  'page_exit',
  'bfcache',
  'process_exit',
  'suspended',
  'aborted_connecting',
]);

/** Draws the conclusions: name, category, initiator, cause, outcome. Pure but for an id that nobody else knows. */
export function createCloseRecord(closed: ClosedConnection, rules: RecordRules): CloseRecord {
  const { connection, facts, closedAt, closeTime } = closed;
  const { startedAt, openedAt, closing, creation, connectionId } = connection;
  const { wasClean, reportedCode = facts.code } = facts;
  // Null in workerd.
  const subprotocol = facts.subprotocol ?? '';
  // Deno's 0 for a connection that was lost; a 0 that a peer sent is clean.
  const code = facts.code === 0 && !wasClean ? 1006 : facts.code;
  // A response that switches protocols refuses nothing, whatever was wrong with it.
  const httpStatusCode = facts.httpStatusCode === 101 ? undefined : facts.httpStatusCode;
  // A Close frame that arrived explains more than what befell the transport after it.
  const errorCode = code === 1006 ? facts.errorCode : undefined;
  const [name, category] = classifyCloseCode(code);
  const meaning = rules.closeCodes?.[code];
  const opened = openedAt !== undefined;
  const initiator = initiatorOf(facts, code, opened, closing?.by);
  const closingDuration = closing ? closedAt - closing.at : 0;
  const { interruption, suspendedDuration } = facts;
  const cause =
    facts.cause ??
    closeCause({
      opened,
      code,
      category,
      initiator,
      httpStatusCode,
      errorCode,
      interruption,
      closingDuration,
    });
  const closingTime = closeTime - closingDuration;
  return {
    kind: facts.kind,
    connectionId: connectionId ?? uniqueId(),
    endpoint: rules.parseEndpoint(facts.url, facts.template),
    peer: facts.peer,
    clientAddress: facts.clientAddress,
    origin: facts.origin,
    code,
    name: meaning?.name ?? name,
    category,
    // Without a Close frame it is no peer's; workerd has texts of its own.
    reason: code !== 1006 || wasClean ? facts.reason && rules.redactReason(facts.reason) : '',
    wasClean,
    initiator,
    cause,
    abnormal:
      !EXPECTED.has(cause) && (!opened || (meaning?.abnormal ?? (!wasClean || ABNORMAL.has(category)))),
    synthetic: facts.synthetic ?? false,
    reportedCode: reportedCode === code ? undefined : reportedCode,
    requestedCode: closing?.by === 'local' ? closing.code : undefined,
    startTime: known(closeTime - (closedAt - startedAt)) ?? closingTime,
    closingTime,
    closeTime,
    handshakeSucceeded: opened,
    handshakeDuration: known((openedAt ?? closedAt) - startedAt),
    connectionDuration: opened ? known(closedAt - openedAt) : undefined,
    suspendedDuration,
    subprotocol: isCarrying(subprotocol) ? '' : subprotocol,
    extensions: facts.extensions ?? '',
    unsentSize: facts.unsentSize ?? 0,
    httpStatusCode,
    errorCode,
    creation,
  };
}

function initiatorOf(
  facts: CloseFacts,
  code: number,
  opened: boolean,
  by: 'local' | 'remote' | undefined,
): CloseInitiator {
  if (by) return by;
  if (facts.initiator) return facts.initiator;
  if (!opened) return 'none';
  // Firefox passes a 1006 from the wire through as clean: then a frame did arrive.
  if (facts.wasClean || (code !== 1006 && code !== 1015)) return 'remote';
  // An error without a code may be the transport's, or our own runtime failing the connection.
  return facts.errored && !facts.errorCode ? 'unknown' : 'none';
}

/** Times from before observation are NaN, and so is what is reckoned from them; rounding never makes a time negative. */
function known(millis: number): number | undefined {
  return Number.isNaN(millis) ? undefined : Math.max(0, millis);
}

const ID_PREFIX = hexDigits(Math.random() * 0xefff_ffff);
let nextId = Math.floor(Math.random() * 0xfff_ffff);

/** An id that no other connection has: a random part of the process, then a counter from a random start. */
function uniqueId(): string {
  nextId = (nextId + 1) & 0xfff_ffff;
  return ID_PREFIX + hexDigits(nextId);
}

/** Eight digits for a number below 0xf0000000. */
function hexDigits(number: number): string {
  return (0x1000_0000 + Math.floor(number)).toString(16);
}
