import type { IncomingMessage } from 'node:http';
import type { OtlpBody } from '../otlp/otlp-body.ts';
import { readOtlpBody, type Signal } from '../otlp/read-otlp-body.ts';
import { type HeldBytes, withBytes } from './read-bytes.ts';

/**
 * Reads the body of an export request, and passes the content on with the bytes as sent.
 * @throws OtlpError if the body cannot be read, or is over a limit
 */
export type BodyReader = (
  request: IncomingMessage,
  signal: Signal,
  use: (body: OtlpBody, bytes: Buffer) => Promise<void> | void,
) => Promise<void>;

/**
 * Makes a reader for the bodies of one server. Bodies are read and used one by one, so that only one at a time takes more
 * memory than its bytes.
 */
export function createBodyReader(): BodyReader {
  const held: HeldBytes = { count: 0 };
  let turn: Promise<unknown> = Promise.resolve();
  return (request, signal, use) =>
    withBytes(request, held, (bytes) => {
      const done = turn.then(async () => use(await readOtlpBody(request.headers, bytes, signal), bytes));
      turn = done.catch(() => {});
      return done;
    });
}
