/** Identifiers that a client carries in its handshake's URL or subprotocols, since a browser sets no headers. */
export interface CarriedContext {
  /** `websocket.connection.id` for the spans of both ends: 16 hexadecimal digits. */
  readonly connectionId: string;
  /** `traceparent` as the client's propagator wrote it (W3C Trace Context §3.2); absent where no span was active. */
  readonly traceparent?: string | undefined;
}

/** A text without its carried part. `carried` is `undefined` when the text carried nothing, or nothing readable. */
interface Taken {
  /** The text as the app wrote it. */
  readonly rest: string;
  /** Identifiers that the text carried; `undefined` for none. */
  readonly carried: CarriedContext | undefined;
}

const ID = /^[0-9a-f]{16}$/;
/** Allows more than version 00 of the format, since the server's propagator validates the text. */
const TRACEPARENT = /^[0-9a-f-]{1,128}$/;
const PARAMETER = /([?&])closespan=([^&#]*)(&?)/;
const PROTOCOL = 'closespan.';

/** Returns whether a subprotocol is one that `subprotocolCarrier` added, and none of the app's. */
export function isCarrying(protocol: string): boolean {
  return protocol.startsWith(PROTOCOL);
}

/** Returns a subprotocol that carries the identifiers. It is a `token`, as RFC 6455 §4.1 requires of subprotocols. */
export function protocolOf(carried: CarriedContext): string {
  return PROTOCOL + format(carried);
}

/** Returns a query parameter that carries the identifiers, without characters that a URL must escape. */
export function parameterOf(carried: CarriedContext): string {
  return `closespan=${format(carried)}`;
}

/** Takes the carrying parameter out of a URL: an absolute one, or the path and query of a request. */
export function takeFromUrl(url: string): Taken {
  const match = PARAMETER.exec(url);
  if (!match) return { rest: url, carried: undefined };
  const [parameter, before = '', text = '', after] = match;
  return { rest: url.replace(parameter, after ? before : ''), carried: parse(text) };
}

/** Takes the carrying subprotocol out of a `Sec-WebSocket-Protocol` header, a list with commas (RFC 6455 §11.3.4). */
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
