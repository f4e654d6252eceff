import { isInterimResponse } from '../runtime/is-interim-response.ts';

/** The outcome of an upgrade request: the server's final response, or the end of the socket without a response. */
export interface FinalResponse {
  /**
   * HTTP status of the response; `undefined` if the socket was destroyed before any response, or if the written bytes
   * are not HTTP.
   */
  readonly statusCode?: number;
  /** The error with which the socket was destroyed; absent if the server wrote a response. */
  readonly error?: NodeJS.ErrnoException | null;
}

const STATUS = /^HTTP\/1\.\d \d{3}/;
const STATUS_LENGTH = 'HTTP/1.1 200'.length;
const STATUS_START = 'HTTP/1.1 '.length;
/** Limit for the text of one interim response, in characters. Real interim responses are far shorter. */
const INTERIM_LIMIT = 16_384;

/**
 * Returns the text that a server has written so far, without the complete interim responses at its start. So a server
 * may write any number of interim responses.
 */
export function afterInterimResponses(written: string): string {
  let start = 0;
  while (isInterimResponse(statusOf(written.slice(start, start + STATUS_LENGTH)))) {
    const end = written.indexOf('\r\n\r\n', start);
    if (end < 0) break;
    start = end + 4;
  }
  return written.slice(start);
}

/**
 * Looks for the final response at the start of a text. The text begins after the last complete interim response.
 * @returns `undefined` while a final response may still follow
 */
export function readFinalResponse(written: string): FinalResponse | undefined {
  const statusCode = statusOf(written);
  if (isInterimResponse(statusCode)) return written.length < INTERIM_LIMIT ? undefined : {};
  if (!Number.isNaN(statusCode)) return { statusCode };
  const mayBegin = written.length < STATUS_LENGTH && 'HTTP/1.'.startsWith(written.slice(0, 7));
  return mayBegin ? undefined : {};
}

function statusOf(text: string): number {
  return STATUS.test(text) ? Number(text.slice(STATUS_START, STATUS_LENGTH)) : Number.NaN;
}
