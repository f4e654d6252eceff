import type { CloseCause } from '../record/close-cause.ts';
import type { CloseRecord } from '../record/close-record.ts';
import { type CauseExplanation, codeOf, otherEnd } from './cause-explanation.ts';
import { durationText } from './duration-text.ts';
import type { ExplainedFacts } from './explained-facts.ts';
import { FRAME_EXPLANATIONS } from './frame-explanations.ts';
import { HANDSHAKE_EXPLANATIONS } from './handshake-explanations.ts';
import { PLATFORM_EXPLANATIONS } from './platform-explanations.ts';
import { readFacts } from './read-facts.ts';
import { TRANSPORT_EXPLANATIONS } from './transport-explanations.ts';

/** Explanation of one close, in plain words. */
export interface CloseExplanation {
  /** One sentence of at most 120 characters: what happened. The sentence claims no more than the record proves. */
  readonly sentence: string;
  /** Facts of the record that the sentence stands on, each as a short text. May be empty. */
  readonly evidence: readonly string[];
  /** Next step for the reader, in one or more sentences. */
  readonly next: string;
  /** Address of the section about the cause in the documentation. */
  readonly link: string;
  /** Address of the section of the runbook that continues. `undefined` if no alert is about the cause. */
  readonly runbook: string | undefined;
  /** Returns sentence, evidence and next step as one text. */
  toString(): string;
}

const DOCS = 'https://github.com/closespan/closespan/blob/main/docs/';
const LONGEST_SENTENCE = 120;

/** Explanations by cause. Each cause has one, which the type checks. */
const BY_CAUSE: Readonly<Record<CloseCause, CauseExplanation>> = {
  ...HANDSHAKE_EXPLANATIONS,
  ...PLATFORM_EXPLANATIONS,
  ...TRANSPORT_EXPLANATIONS,
  ...FRAME_EXPLANATIONS,
  unknown: {
    sentence: (facts) => `The connection ended with ${codeOf(facts)}, and the record does not show why.`,
    next: (facts) => `Nobody can know more from this end. ${otherEnd(facts)}`,
  },
};

/**
 * Explains a close in plain words: what happened, the evidence, and what to do next. Every value gets an honest
 * explanation, also a record without a known cause, or a value that is no record. Never throws. Texts of the peer are
 * cut, and their control characters are removed.
 * @param close a close record, a close span, or the attributes of a close span
 * @example explainClose(record).sentence // 'The connection was lost after 60.0 s: no Close frame arrived.'
 */
export function explainClose(close: CloseRecord | Readonly<Record<string, unknown>>): CloseExplanation {
  const facts = readFacts(close);
  const cause = isCloseCause(facts.cause) ? facts.cause : 'unknown';
  const { next, runbook } = BY_CAUSE[cause];
  const explanation = {
    sentence: sentenceFor(facts),
    evidence: evidenceOf(facts),
    next: next(facts),
    link: `${DOCS}causes.md#${cause}`,
    runbook: runbook && `${DOCS}runbook.md#${runbook}`,
  };
  const text = () =>
    [explanation.sentence, sentenceOf(explanation.evidence), explanation.next].filter(Boolean).join(' ');
  // Without a prototype, to which somebody may have added a `get`.
  const descriptor = Object.assign(Object.create(null), { value: text });
  return Object.defineProperty(explanation, 'toString', descriptor);
}

/**
 * Returns the sentence of an explanation alone, which takes less time. Never throws.
 * @internal
 */
export function closeSentence(record: CloseRecord): string {
  return sentenceFor(readFacts(record));
}

function isCloseCause(word: string): word is CloseCause {
  return Object.hasOwn(BY_CAUSE, word);
}

function sentenceFor(facts: ExplainedFacts): string {
  return shorten(BY_CAUSE[isCloseCause(facts.cause) ? facts.cause : 'unknown'].sentence(facts));
}

function shorten(sentence: string): string {
  return sentence.length > LONGEST_SENTENCE ? `${sentence.slice(0, LONGEST_SENTENCE - 1)}…` : sentence;
}

function sentenceOf(evidence: readonly string[]): string {
  return evidence.length > 0 ? `Evidence: ${evidence.join('; ')}.` : '';
}

/** Time from which a handshake that succeeded counts as slow, in seconds. */
const SLOW_HANDSHAKE = 1;
/** Words for each initiator. */
const INITIATORS: Readonly<Record<string, string>> = {
  local: 'this end began',
  remote: 'the peer began',
  none: 'neither end closed',
};

/** Words for each end of TCP. */
const TRANSPORT_ENDS: Readonly<Record<string, string>> = {
  fin: 'a FIN ended TCP',
  reset: 'TCP was reset',
  timeout: 'TCP timed out',
  local: 'this end ended TCP',
};

/** Returns how long a handshake took that failed or was slow, and for what. */
function handshakeEvidence({ opened, handshake, phases }: ExplainedFacts): string[] {
  if (handshake === undefined || (opened !== false && handshake < SLOW_HANDSHAKE)) return [];
  const parts = phases.map(([phase, time]) => `${durationText(time)} of it for ${phase}`);
  return [`handshake of ${durationText(handshake)}`, ...parts];
}

function evidenceOf(facts: ExplainedFacts): string[] {
  const { opened, wasClean, lifetime, suspended, unsentSize, requestedCode, requestedReason } = facts;
  const { unanswered, roundTrip, silence, idle } = facts;
  const evidence = [
    facts.code !== undefined && `code ${codeOf(facts)}`,
    wasClean !== undefined && (wasClean ? 'clean' : 'not clean'),
    INITIATORS[facts.initiator],
    facts.reason && `reason "${facts.reason}"`,
    facts.errorCode && `error ${facts.errorCode}`,
    facts.nativeMessage && `the system said "${facts.nativeMessage}"`,
    // After a closing handshake TCP has done its work.
    wasClean === false && TRANSPORT_ENDS[facts.transportEnd],
    facts.httpStatusCode !== undefined && `HTTP status ${facts.httpStatusCode}`,
    facts.responder && `response of a server named "${facts.responder}"`,
    facts.via && `response via "${facts.via}"`,
    facts.retryAfter && `Retry-After "${facts.retryAfter}"`,
    facts.location && `redirect to "${facts.location}"`,
    facts.requestId && `request id: ${facts.requestId}`,
    opened === false && 'never open',
    lifetime !== undefined && `open for ${durationText(lifetime)}`,
    ...handshakeEvidence(facts),
    facts.appState && `app in the state ${facts.appState}`,
    suspended !== undefined && `suspended for ${durationText(suspended)}`,
    unanswered && `${unanswered} ${unanswered === 1 ? 'ping' : 'pings'} unanswered`,
    roundTrip !== undefined && `last round trip of ${durationText(roundTrip)}`,
    // Below a second, nobody was silent.
    silence !== undefined && silence >= 1 && `nothing came for ${durationText(silence)}`,
    idle !== undefined && idle >= 1 && `nothing was sent or came for ${durationText(idle)}`,
    requestedCode !== undefined && requestedCode !== facts.code && `this end asked for ${requestedCode}`,
    requestedReason && requestedReason !== facts.reason && `this end gave the reason "${requestedReason}"`,
    facts.libraryReason && `the library said "${facts.libraryReason}"`,
    facts.notedReason && `the app noted the reason "${facts.notedReason}"`,
    unsentSize !== undefined && `${unsentSize} bytes never left`,
    facts.refusedSize !== undefined && `at least ${facts.refusedSize} bytes refused`,
    facts.sizeLimit !== undefined && `limit ${facts.sizeLimit} bytes`,
    facts.attempt !== undefined && `attempt ${facts.attempt} after the end of a connection before`,
  ];
  return evidence.filter((text): text is string => Boolean(text));
}
