import { defineProperty } from '../observe/define-property.ts';
import type { HandledRequest } from './handled-socket.ts';

/** Request of uWebSockets.js. It is valid only until the handler `upgrade` returns. */
interface Request {
  getUrl(): string;
  getQuery(): string | undefined;
  forEach(each: (name: string, value: string) => void): void;
}

/** Largest number of characters of a header that is read. */
const LONGEST = 512;

/**
 * Notes a call of the handler `upgrade` of uWebSockets.js. The library calls the handler `open` within `upgrade` of the
 * response, and shows the request nowhere else.
 * @param around called with the request and with a function that makes that call
 * @returns the request; `undefined` for the arguments of another library
 */
export function noteUpgradeCall(
  [response, request]: readonly unknown[],
  around: (request: HandledRequest, call: () => unknown) => unknown,
): HandledRequest | undefined {
  const { upgrade } = Object(response) as { readonly upgrade?: unknown };
  if (typeof upgrade !== 'function' || !isRequest(request)) return undefined;
  const read = readRequest(request);
  const value = function (this: unknown, ...args: unknown[]): unknown {
    return around(read, () => Reflect.apply(upgrade, this, args));
  };
  defineProperty(response as object, 'upgrade', { value, configurable: true, writable: true });
  return read;
}

function readRequest(request: Request): HandledRequest {
  const headers: Record<string, string> = {};
  request.forEach((name, value) => {
    if (value.length <= LONGEST) headers[name] = value;
  });
  const query = request.getQuery();
  return { method: 'GET', url: request.getUrl() + (query ? `?${query}` : ''), headers };
}

function isRequest(request: unknown): request is Request {
  const { getUrl, getQuery, forEach } = Object(request) as Partial<Request>;
  return [getUrl, getQuery, forEach].every((method) => typeof method === 'function');
}
