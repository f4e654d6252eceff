import { getSystemErrorName } from 'node:util';
import type { CloseFacts } from '@closespan/core/platform';

/** What the `error` events of Bun and Deno tell beyond the standard: most of it in words. */
export function errorFactsOf(event: unknown): Partial<CloseFacts> {
  const { message = '', error } = event as { message?: string; error?: { code?: unknown } | null };
  const [, status] = /status code: (\d{3})$/.exec(message) ?? [];
  const [, errno] = /\(os error (\d+)\)$/.exec(message) ?? [];
  const code = errno ? getSystemErrorName(-Number(errno)) : error?.code;
  return {
    // TCP ended without a Close frame, which is nobody's mistake.
    errored: message !== 'Unexpected EOF',
    errorCode: typeof code === 'string' ? code : undefined,
    httpStatusCode: status ? Number(status) : undefined,
  };
}
