import { getSystemErrorName } from 'node:util';
import type { CloseFacts } from '@closespan/core/platform';

/**
 * Reads facts from an `error` event of Bun or Deno. The standard defines no such facts. Bun and Deno write most of them
 * into the text of the event.
 */
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
