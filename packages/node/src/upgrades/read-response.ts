import { isInterimResponse } from '../runtime/is-interim-response.ts';

/** A server's final response to an upgrade request. */
export interface FinalResponse {
  /** HTTP status; `undefined` where the socket was destroyed before any response, or the written bytes are no HTTP. */
  readonly statusCode?: number;
  /** The error that the socket was destroyed with; absent where the server wrote a response. */
  readonly error?: NodeJS.ErrnoException | null;
}

const STATUS = /^HTTP\/1\.\d (\d{3})/;
const STATUS_LENGTH = 'HTTP/1.1 200'.length;
/** Characters; far more than interim responses have. */
const INTERIM_LIMIT = 16_384;

/**
 * Reads the final response out of the text that a server has written so far.
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
