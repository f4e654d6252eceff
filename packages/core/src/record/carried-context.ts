/**
 * Identifiers that a client carries in the URL or the subprotocols of its handshake. A page needs this, because it
 * cannot set headers of a handshake.
 */
export interface CarriedContext {
  /** Value of `websocket.connection.id` in the spans of both ends: 16 hexadecimal digits. */
  readonly connectionId: string;
  /**
   * Header `traceparent` as the client's propagator wrote it (W3C Trace Context §3.2). `undefined` if no span was
   * active.
   */
  readonly traceparent?: string | undefined;
}

/** A URL or header without the part that a carrier of closespan added, and the identifiers in that part. */
interface Taken {
  /** The URL or header as the app wrote it. */
  readonly rest: string;
  /** Identifiers that the URL or header carried. `undefined` if there were none, or none that can be read. */
  readonly carried: CarriedContext | undefined;
}

const ID = /^[0-9a-f]{16}$/;
/**
 * Pattern of a `traceparent` that is accepted. The pattern allows more than version 00 of the format, because the
 * server's propagator checks the text.
 */
const TRACEPARENT = /^[0-9a-f-]{1,128}$/;
const PARAMETER = /([?&])closespan=([^&#]*)(&?)/;
const PROTOCOL = 'closespan.';

/** Returns whether `subprotocolCarrier` added a subprotocol. If not, the subprotocol comes from the app. */
export function isCarrying(protocol: string): boolean {
  return protocol.startsWith(PROTOCOL);
}

/** Returns a subprotocol that carries the identifiers. The subprotocol is a `token`, as RFC 6455 §4.1 requires. */
export function protocolOf(carried: CarriedContext): string {
  return PROTOCOL + format(carried);
}

/**
 * Returns a query parameter that carries the identifiers. The parameter contains no characters that a URL must escape.
 */
export function parameterOf(carried: CarriedContext): string {
  return `closespan=${format(carried)}`;
}

/**
 * Removes the query parameter that carries identifiers from a URL, and reads the identifiers.
 * @param url absolute URL, or path and query of a request
 */
export function takeFromUrl(url: string): Taken {
  const match = PARAMETER.exec(url);
  if (!match) return { rest: url, carried: undefined };
  const [parameter, before = '', text = '', after] = match;
  return { rest: url.replace(parameter, after ? before : ''), carried: parse(text) };
}

/**
 * Removes the subprotocol that carries identifiers from a header, and reads the identifiers.
 * @param header value of `Sec-WebSocket-Protocol`: a list with commas (RFC 6455 §11.3.4)
 */
export function takeFromProtocols(header: string): Taken {
  if (!header.includes(PROTOCOL)) return { rest: header, carried: undefined };
  const offers = header.split(',').map((offer) => offer.trim());
  const carrying = offers.find(isCarrying);
  const rest = offers.filter((offer) => !isCarrying(offer)).join(', ');
  return { rest, carried: carrying === undefined ? undefined : parse(carrying.slice(PROTOCOL.length)) };
}

function format({ connectionId, traceparent = '' }: CarriedContext): string {
  return TRACEPARENT.test(traceparent) ? `${connectionId}.${traceparent}` : connectionId;
}

function parse(text: string): CarriedContext | undefined {
  const [connectionId = '', traceparent = ''] = text.split('.', 2);
  if (!ID.test(connectionId)) return undefined;
  return { connectionId, traceparent: TRACEPARENT.test(traceparent) ? traceparent : undefined };
}
