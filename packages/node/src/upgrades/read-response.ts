/** What an upgrade request was answered with. */
export interface Answer {
  /** HTTP status; `undefined` where the socket was destroyed before any, or what was written is no HTTP. */
  readonly statusCode?: number;
  /** What destroyed the socket. */
  readonly error?: NodeJS.ErrnoException | null;
}

const STATUS = /^HTTP\/1\.\d (\d{3})/;
const STATUS_LENGTH = 'HTTP/1.1 200'.length;
/** Characters; far more than interim answers have. */
const INTERIM_LIMIT = 16_384;

/** Reads the answer out of what was written so far; `undefined` while there may be one yet. */
export function readAnswer(written: string): Answer | undefined {
  const statusCode = Number(STATUS.exec(written)?.[1]);
  if (isInterim(statusCode)) {
    const end = written.indexOf('\r\n\r\n');
    if (end >= 0) return readAnswer(written.slice(end + 4));
    return written.length < INTERIM_LIMIT ? undefined : {};
  }
  if (!Number.isNaN(statusCode)) return { statusCode };
  const mayBegin = written.length < STATUS_LENGTH && 'HTTP/1.'.startsWith(written.slice(0, 7));
  return mayBegin ? undefined : {};
}

/** Whether more answers follow (RFC 9110 §15.2); none does where a connection becomes another protocol's. */
function isInterim(statusCode: number): boolean {
  return statusCode >= 100 && statusCode < 200 && statusCode !== 101;
}
