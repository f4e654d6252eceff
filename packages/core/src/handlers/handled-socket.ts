import { ownProperty } from '../observe/define-property.ts';
import { takeFromUrl } from '../record/carried-context.ts';
import { flat, LONGEST_PATH } from '../record/text-limits.ts';

/** An object that a library gives to handlers for one connection. No library has all of these members. */
export interface HandledSocket {
  close(code?: unknown, reason?: unknown): unknown;
  /** Present in objects of which `close` drops the connection without a Close frame, as those of uWebSockets.js. */
  readonly end?: unknown;
  readonly readyState?: unknown;
}

/** The upgrade request of a connection, as web standards or as Node have requests. */
export interface HandledRequest {
  readonly url: string;
  readonly method?: string;
  readonly headers: object;
}

/** Longest scheme, host and port that are stored. The longest host name fits. */
const LONGEST_PLACE = 272;

/** Finds the socket among the arguments of a handler: the first, or in Hono and PartyKit the second. */
export function socketOf(args: readonly unknown[]): HandledSocket | undefined {
  return args.slice(0, 2).find(isSocket);
}

/**
 * Returns the object that stays the same for the whole connection. Some libraries wrap the runtime's socket anew for
 * each event: crossws, Hono and Elysia.
 */
export function identityOf(socket: object): object {
  const inner = ownValue(socket, '_internal');
  const held = isObject(inner) ? ['uws', 'wsServer', 'ws'].map((name) => ownValue(inner, name)) : [];
  return [...held, ownValue(socket, 'raw')].find(isObject) ?? socket;
}

/** Returns the upgrade request of a connection, if the library shows the request. */
export function requestOf(socket: object, args: readonly unknown[]): HandledRequest | undefined {
  const { request, data } = socket as {
    readonly request?: unknown;
    readonly data?: { readonly request?: unknown };
  };
  const [, context] = args as readonly { readonly request?: unknown }[];
  return [request, data?.request, context?.request].find(isRequest);
}

/**
 * Returns the URL of a connection, without its query. Returns an empty text if the library does not show the URL.
 * @param given URL that the app has given
 */
export function urlOf(given: unknown, socket: object, request: HandledRequest | undefined): string {
  const { url, uri, data } = socket as Readonly<Record<'url' | 'uri', unknown>> & {
    readonly data?: { readonly url?: unknown };
  };
  for (const one of [given, request && absoluteUrl(request), url, uri, data?.url]) {
    const text = one instanceof URL ? one.href : one;
    if (typeof text === 'string' && /^(?:(?:ws|http)s?:\/\/|ws\+unix:)/.test(text)) return storedUrl(text);
  }
  return '';
}

/** Returns the first value of a header of a request. */
export function headerOf({ headers }: HandledRequest, name: string): string | undefined {
  const value: unknown = isHeaders(headers)
    ? headers.get(name)
    : (headers as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : undefined;
}

/** Returns the headers of a request as Node has them. */
export function headersOf({ headers }: HandledRequest): Readonly<Record<string, string>> {
  return isHeaders(headers) ? Object.fromEntries(headers) : (headers as Readonly<Record<string, string>>);
}

function absoluteUrl(request: HandledRequest): string {
  const { url } = request;
  return url.startsWith('/') ? `ws://${headerOf(request, 'host') ?? 'localhost'}${url}` : url;
}

/** Returns the part of a URL that is stored while a connection is open. A long path is cut. */
function storedUrl(url: string): string {
  const [, place = '', path = ''] =
    /^(ws\+unix:[^:?#]*|[^/?#]*\/\/[^/?#]*)([^?#]*)/.exec(takeFromUrl(url).rest) ?? [];
  return flat(place.slice(0, LONGEST_PLACE) + path.slice(0, LONGEST_PATH + 1));
}

/** Own values alone: no getter of the app runs. */
function ownValue(owner: object, name: string): unknown {
  return ownProperty(owner, name)?.value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isSocket(value: unknown): value is HandledSocket {
  return isObject(value) && typeof (value as HandledSocket).close === 'function';
}

function isRequest(value: unknown): value is HandledRequest {
  return (
    isObject(value) &&
    typeof (value as HandledRequest).url === 'string' &&
    isObject((value as HandledRequest).headers)
  );
}

function isHeaders(headers: object): headers is Headers {
  return typeof (headers as Headers).get === 'function';
}
