/** What an upgrade request was answered with. */
export interface Answer {
  /** HTTP status; `undefined` where the socket was destroyed before any, or what was written is no HTTP. */
  readonly statusCode?: number;
  /** What destroyed the socket. */
  readonly error?: NodeJS.ErrnoException | null;
}

const STATUS = /^HTTP\/1\.\d (\d{3})/;
const STATUS_LENGTH = 'HTTP/1.1 200'.length;
/** RFC 9110 §15.2: any number of these may come before the answer; 101 is one. */
const INTERIM = /^HTTP\/1\.\d 1(?!01)\d\d/;
/** Characters; far more than interim answers have. */
const INTERIM_LIMIT = 16_384;

/** Reads the answer out of what was written so far; `undefined` while there may be one yet. */
export function readAnswer(written: string): Answer | undefined {
  let text = written;
  while (INTERIM.test(text)) {
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return text.length < INTERIM_LIMIT ? undefined : {};
    text = text.slice(end + 4);
  }
  const [, statusCode] = STATUS.exec(text) ?? [];
  if (statusCode) return { statusCode: Number(statusCode) };
  const mayBegin = text.length < STATUS_LENGTH && 'HTTP/1.'.startsWith(text.slice(0, 7));
  return mayBegin ? undefined : {};
}
