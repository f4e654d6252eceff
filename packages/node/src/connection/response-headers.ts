import type { IncomingMessage } from 'node:http';
import { ATTR_HTTP_RESPONSE_HEADER, type WebSocketOptions } from '@closespan/core';
import { callHook, cut, flat, REQUEST_ID_HEADERS, RESPONDER_HEADERS } from '@closespan/core/platform';
import type { Attributes } from '@opentelemetry/api';

/**
 * Headers of a response, as a library has them: by name in lower case, or names and values one after the other. Names
 * and values may be bytes.
 */
export type ResponseHeaders = Readonly<Record<string, unknown>> | readonly unknown[];

/** Largest number of characters of a header that is recorded. */
const LONGEST = 256;
/** Largest number of characters of a header that are read. */
const LONGEST_READ = 2048;
/** Largest number of items that are read of a list of names and values. */
const MOST_ITEMS = 400;
const RECORDED: ReadonlySet<string> = new Set([...RESPONDER_HEADERS, ...REQUEST_ID_HEADERS]);
/** Headers of which a response has one. */
const SINGLE: ReadonlySet<string> = new Set(['server', 'retry-after', 'location']);
const CONTROLS = /\p{Cc}+/gu;

/**
 * Returns attributes of a response that refused a handshake: who responded, what the client is to do, and the request's
 * id. A redirect is recorded as a URL is: without user info, query and fragment, or as `redactUrl` says.
 * @param headers `undefined` if no response has come
 * @param url URL of the connection
 * @returns `undefined` if the response has none of the recorded headers
 */
export function refusalAttributes(
  headers: ResponseHeaders | undefined,
  url: string,
  { redactUrl }: Pick<WebSocketOptions, 'redactUrl'>,
): Attributes | undefined {
  if (!headers) return undefined;
  const attributes: Attributes = {};
  for (const [name, value] of recordedOf(headers)) {
    const text = name === 'location' ? redirectOf(value, url, redactUrl) : value;
    if (text) attributes[ATTR_HTTP_RESPONSE_HEADER(name)] = [flat(cut(text, LONGEST))];
  }
  return Object.keys(attributes).length > 0 ? attributes : undefined;
}

/** Returns the headers of a response with which a server refused; `undefined` for the status 101, which refuses nothing. */
export function refusingHeaders(response: IncomingMessage | null | undefined): ResponseHeaders | undefined {
  return response?.statusCode === 101 ? undefined : response?.headers;
}

/**
 * Returns the value of one header; the values of several headers with the name become a list. Returns an empty text if
 * there is none.
 * @param name name in lower case
 */
export function headerIn(headers: ResponseHeaders, name: string): string {
  if (!Array.isArray(headers)) return textOf((headers as Readonly<Record<string, unknown>>)[name]);
  const found: string[] = [];
  for (let i = 0; i + 1 < Math.min(headers.length, MOST_ITEMS); i += 2) {
    if (textOf(headers[i]).toLowerCase() === name) found.push(textOf(headers[i + 1]));
  }
  return found.join();
}

/** Returns the recorded ones of a response's headers, each once, without control characters. */
function recordedOf(headers: ResponseHeaders): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const add = (name: string, given: unknown) => {
    const value = RECORDED.has(name) ? textOf(given).replace(CONTROLS, ' ').trim() : '';
    if (!value) return;
    const known = found.get(name);
    // As in Node's own headers: of some names only the first counts, and others are lists (RFC 9110 §5.3).
    if (known === undefined) found.set(name, value);
    else if (!SINGLE.has(name) && known.length < LONGEST) found.set(name, `${known}, ${value}`);
  };
  if (!Array.isArray(headers)) {
    for (const name of RECORDED) add(name, (headers as Readonly<Record<string, unknown>>)[name]);
    return found;
  }
  for (let i = 0; i + 1 < Math.min(headers.length, MOST_ITEMS); i += 2) {
    add(textOf(headers[i]).toLowerCase(), headers[i + 1]);
  }
  return found;
}

/** Returns the text of a header, of which no more than the start is read. Returns an empty text for another value. */
function textOf(value: unknown): string {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  if (one instanceof Uint8Array) return Buffer.from(one.subarray(0, LONGEST_READ)).toString('latin1');
  return typeof one === 'string' ? one.slice(0, LONGEST_READ) : '';
}

/** Returns the address of a redirect, which may be relative to the URL of the connection. */
function redirectOf(location: string, url: string, redactUrl: WebSocketOptions['redactUrl']): string {
  const to = parseUrl(location, url.replace(/^ws/, 'http'));
  // The path of another scheme, such as `data:`, may be anything.
  if (!to || !/^(?:http|ws)s?:$/.test(to.protocol)) return '';
  const origin = `${to.protocol}//${to.host}`;
  return redactUrl
    ? callHook('redactUrl', 'string', () => redactUrl(new URL(to)), origin)
    : origin + to.pathname;
}

function parseUrl(text: string, base: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
