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

const STATUS = /^HTTP\/1\.\d (\d{3})/;
const STATUS_LENGTH = 'HTTP/1.1 200'.length;
/** Limit for the text of interim responses, in characters. Real interim responses are far shorter. */
const INTERIM_LIMIT = 16_384;

/**
 * Looks for the final response in the text that a server has written so far.
 * @returns `undefined` while a final response may still follow
 */
export function readFinalResponse(written: string): FinalResponse | undefined {
  const statusCode = Number(STATUS.exec(written)?.[1]);
  if (isInterimResponse(statusCode)) {
    const end = written.indexOf('\r\n\r\n');
    if (end >= 0) return readFinalResponse(written.slice(end + 4));
    return written.length < INTERIM_LIMIT ? undefined : {};
  }
  if (!Number.isNaN(statusCode)) return { statusCode };
  const mayBegin = written.length < STATUS_LENGTH && 'HTTP/1.'.startsWith(written.slice(0, 7));
  return mayBegin ? undefined : {};
}
