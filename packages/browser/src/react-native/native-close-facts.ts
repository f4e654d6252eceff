import {
  type CloseFacts,
  type Connection,
  cut,
  NO_CLOSE_FRAME,
  type PendingClose,
} from '@closespan/core/platform';
import { nativeErrorFacts } from './native-error.ts';

type CloseEvent = Pick<PendingClose['facts'], 'code' | 'reason' | 'wasClean'>;

/** Facts about one close, and the text of the native error. The text is empty if the native part gave none. */
export interface NativeClose {
  readonly facts: Partial<CloseFacts>;
  /** Text of the native error, of at most 256 characters and without secrets of URLs. */
  readonly message: string;
}

/** Largest number of characters of a native error's text. */
const LONGEST_MESSAGE = 256;
/** Text with which SocketRocket, React Native's library on iOS, reports the end of TCP without a Close frame. */
const STREAM_END = 'Stream end encountered';
/** Text with which OkHttp on Android refuses to send back the code of a Close frame that has no code. */
const NO_CODE = /^Code 1005 is reserved/;

/**
 * Returns the facts in a `close` event of React Native. Its `WebSocket` never sets `wasClean`, and uses code 1006 and
 * `reason` for native errors. So a code that a Close frame can carry counts as clean.
 */
export function nativeCloseFacts({ openedAt, closing }: Connection, event: CloseEvent): NativeClose {
  const { wasClean } = event;
  const code = Number.isInteger(event.code) ? event.code : 0;
  const reason = typeof event.reason === 'string' ? event.reason : '';
  const opened = openedAt !== undefined;
  if (code === 1001 && reason === STREAM_END) {
    return { facts: { ...NO_CLOSE_FRAME, reportedCode: code }, message: reason };
  }
  if (code === 1006 && !wasClean) {
    // The peer's Close frame had no code. OkHttp fails as React Native sends the frame back.
    if (opened && NO_CODE.test(reason))
      return { facts: { code: 1005, reason: '', wasClean: true, reportedCode: code }, message: '' };
    const message = cut(withoutUrlSecrets(reason), LONGEST_MESSAGE);
    const facts = nativeErrorFacts(reason.slice(0, 1024), opened);
    // OkHttp has no text for the end of TCP without a Close frame.
    return { facts: { ...NO_CLOSE_FRAME, ...(opened && !reason && END), ...facts }, message };
  }
  if (!isFrameCode(code)) {
    // SocketRocket reports 0 if it has closed by itself, because of frames that break RFC 6455.
    const isProtocolError = code === 0 && opened && !closing;
    return { facts: { code, reason: '', wasClean, ...(isProtocolError && PROTOCOL_ERROR) }, message: '' };
  }
  return { facts: { code, reason, wasClean: true }, message: '' };
}

const END: Partial<CloseFacts> = { initiator: 'none' };
const PROTOCOL_ERROR: Partial<CloseFacts> = { cause: 'protocol_error', initiator: 'local' };

/** Returns whether a Close frame can have had a code, or no code: 1005 (RFC 6455 §7.1.5, §7.4). */
function isFrameCode(code: number): boolean {
  return code >= 1000 && code <= 4999 && code !== 1006 && code !== 1015;
}

/** Removes user info, query and fragment of URLs in a text. */
function withoutUrlSecrets(text: string): string {
  return text
    .slice(0, 1024)
    .replace(/([a-z][a-z\d+.-]{0,15}:\/\/)(?:[^\s/?#'"]*@)?([^\s?#'"]*)(?:[?#][^\s'"]*)?/gi, '$1$2');
}
