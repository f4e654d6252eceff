/** What a client that cannot set headers carries in its handshake. */
export interface CarriedContext {
  /** The `websocket.connection.id` of both ends: 16 hexadecimal digits. */
  readonly connectionId: string;
  /** W3C Trace Context §3.2, as the client's propagator wrote it; absent where no span was active. */
  readonly traceparent?: string | undefined;
}

/** What is left of a text, and what was carried in it; `carried` is absent where nothing was, or nothing that can be read. */
interface Taken {
  readonly rest: string;
  readonly carried: CarriedContext | undefined;
}

const ID = /^[0-9a-f]{16}$/;
/** Longer than version 00 of the format; its propagator looks closer. */
const TRACEPARENT = /^[0-9a-f-]{1,128}$/;
const PARAMETER = /([?&])closespan=([^&#]*)(&?)/;
const PROTOCOL = 'closespan.';

/** Whether a subprotocol is no subprotocol of the app, but carries. */
export function isCarrying(protocol: string): boolean {
  return protocol.startsWith(PROTOCOL);
}

/** A subprotocol that carries; its characters are those of a `token`, as RFC 6455 §4.1 asks. */
export function protocolOf(carried: CarriedContext): string {
  return PROTOCOL + format(carried);
}

/** A query parameter that carries; none of its characters needs an escape. */
export function parameterOf(carried: CarriedContext): string {
  return `closespan=${format(carried)}`;
}

/** Takes the parameter out of a URL, be it whole or a request's. */
export function takeFromUrl(url: string): Taken {
  const match = PARAMETER.exec(url);
  if (!match) return { rest: url, carried: undefined };
  const [parameter, before = '', text = '', after] = match;
  return { rest: url.replace(parameter, after ? before : ''), carried: parse(text) };
}

/** Takes the subprotocol out of a `Sec-WebSocket-Protocol` header, a list with commas (RFC 6455 §11.3.4). */
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
