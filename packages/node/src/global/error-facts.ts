import { getSystemErrorName } from 'node:util';
import type { CloseFacts } from '@closespan/core/platform';

/** Reads the facts in an `error` event of Bun or Deno that the standard does not have; most of them stand in its text. */
export function errorFactsOf(event: unknown): Partial<CloseFacts> {
  const { message = '', error } = event as { message?: string; error?: { code?: unknown } | null };
  const [, status] = /status code: (\d{3})$/.exec(message) ?? [];
  const [, errno] = /\(os error (\d+)\)$/.exec(message) ?? [];
  const code = errno ? getSystemErrorName(-Number(errno)) : error?.code;
  return {
    // At an unexpected end of TCP the connection is lost, but neither end failed it.
    errored: message !== 'Unexpected EOF',
    errorCode: typeof code === 'string' ? code : undefined,
    httpStatusCode: status ? Number(status) : undefined,
  };
}
