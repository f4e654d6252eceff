import type { CloseCause } from '../record/close-cause.ts';
import { classifyCloseCode } from '../record/close-code-table.ts';
import {
  type CauseExplanation,
  closerOf,
  codeOf,
  otherEnd,
  requestedCodeOf,
  unsentWords,
} from './cause-explanation.ts';
import type { ExplainedFacts } from './explained-facts.ts';

const PROTOCOL = 'websocketprotocolerrors';
/** Words for the failure that a close code names, by code. Codes without words name no special failure. */
const FAILURES: Readonly<Record<number, string>> = {
  1013: 'of too much load',
  1014: 'the server behind it failed',
};

const PROTOCOL_NEXT =
  'Look for a release of one end, or for a proxy that changes bytes. Compare the extensions.';

/** Returns what is usually wrong with data that an end refused, before a next step. Empty if that is not known. */
function dataWords({ errorCode = '', code, requestedCode }: ExplainedFacts): string {
  if (errorCode === 'WS_ERR_INVALID_UTF8')
    return 'A text of the peer was no UTF-8: send other data as binary messages. ';
  if (/^Z_[A-Z]+_ERROR$/.test(errorCode)) return 'A compressed message of the peer could not be unpacked. ';
  if (code === 1007 || requestedCode === 1007)
    return 'Usual reasons are a text that is no UTF-8, and a compressed message that cannot be unpacked. ';
  return '';
}

/** Explanations of connections that one of the ends closed, by cause. */
export const FRAME_EXPLANATIONS = {
  message_too_big: {
    sentence: ({ initiator, errorCode, sizeLimit, refusedSize }) => {
      if (sizeLimit !== undefined) {
        const size = refusedSize === undefined ? '' : ` of at least ${refusedSize} bytes`;
        return `This end refused a message of the peer${size}: its limit is ${sizeLimit} bytes.`;
      }
      if (initiator === 'remote') return 'The peer refused a message of this end as too big (1009).';
      if (initiator === 'local' || errorCode) return 'This end refused a message of the peer as too big.';
      return 'A message was refused as too big (1009).';
    },
    next: () => 'Send smaller messages, or raise the limit of the end that refused.',
    runbook: PROTOCOL,
  },
  too_many_parts: {
    sentence: () => 'This end refused a message of the peer that came in too many parts.',
    next: () => 'Send messages in fewer fragments, or raise maxFragments or maxBufferedChunks of ws.',
    runbook: PROTOCOL,
  },
  protocol_error: {
    sentence: (facts) =>
      facts.errorCode
        ? `Bytes that arrived break the protocol: ${facts.errorCode}.`
        : `${closerOf(facts)} ended the connection because of wrong data: ${codeOf(facts)}.`,
    next: (facts) => `${dataWords(facts)}${PROTOCOL_NEXT}`,
    runbook: PROTOCOL,
  },
  server_restart: {
    sentence: (facts) => `${closerOf(facts)} closed because the server restarts (1012).`,
    next: () =>
      'Connect again after a random pause. If no release was planned, look for a crash of the server.',
  },
  server_error: {
    sentence: (facts) =>
      `${closerOf(facts)} closed because ${FAILURES[facts.code ?? 0] ?? 'of a failure'}: ${codeOf(facts)}.`,
    next: ({ code }) =>
      code === 1013
        ? 'The server is full: wait longer before the next try, and add servers.'
        : 'Look for errors in the log of the server at this time.',
    runbook: 'websocketservererrors',
  },
  policy: {
    sentence: (facts) =>
      `${closerOf(facts)} closed because ${facts.code === 3008 ? 'of a time limit' : 'a rule was broken'}: ${codeOf(facts)}.`,
    next: ({ code, reason }) =>
      [
        reason && 'Read the reason.',
        code === 3008
          ? 'Look at the load of both ends, and for a step that takes long.'
          : 'Often a token has expired, or a rate limit was passed.',
        !reason && 'The log of the end that closed may say more.',
      ]
        .filter(Boolean)
        .join(' '),
    runbook: 'websocketpolicyviolations',
  },
  local_close: {
    sentence: (facts) => {
      const requested = requestedCodeOf(facts);
      const unanswered = 'and no Close frame of the peer arrived.';
      if (facts.code !== 1006)
        return requested
          ? `This end closed with ${requested}, and the peer responded with ${codeOf(facts)}.`
          : `This end closed: ${codeOf(facts)}.`;
      return requested
        ? `This end closed with ${requested}, ${unanswered}`
        : `This end closed or dropped the connection, ${unanswered}`;
    },
    next: (facts) =>
      facts.code === 1006
        ? `${unsentWords(facts)}Nothing to do, if the app meant to drop the connection. ${otherEnd(facts)}`
        : 'Nothing to do, if the app meant to close.',
  },
  remote_close: {
    sentence: (facts) =>
      facts.code === 1005 ? 'The peer closed and gave no code.' : `The peer closed: ${codeOf(facts)}.`,
    next: ({ code = 1005, wasClean }) => {
      const [, category] = classifyCloseCode(code);
      if (category === 'reserved')
        return 'No end may send this code (RFC 6455 §7.4.2). Look for the program or proxy that did.';
      if (code >= 3000) return 'Look up what this code means in your app, or in its library.';
      if (code === 1001)
        return 'The peer stops, or its page was left. Connect again if the app still needs it.';
      if (wasClean === false)
        return 'TCP broke before the closing handshake was done. Nothing to do, if this is rare.';
      return category === 'normal'
        ? 'Nothing to do: this is a normal end.'
        : 'Look at the log of the peer at this time.';
    },
  },
} satisfies Partial<Record<CloseCause, CauseExplanation>>;
