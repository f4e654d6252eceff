import type { CloseRecord } from '@closespan/core';

/** Span of a close, as a receiver got the span, or as an in-memory exporter of the SDK keeps the span. */
type CloseSpan = {
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
} & ({ readonly statusCode: number } | { readonly status: { readonly code: number } });

/** Ends of a connection, by OTLP's number of the span kind. The SDK's numbers are one less. */
const SIDES: Readonly<Record<number, string>> = { 2: 'server', 3: 'client' };

/**
 * Returns a close as one line of text: path, side, code, clean or not, initiator and cause. Optional parts follow:
 * - `synthetic`: the runtime fired no `close` event
 * - `reason=`, `requested_code=`, `reported_code=`: the attributes `websocket.close.*`
 * - `status=`: the HTTP status of the response to a failed handshake
 * - `error=`: the attribute `error.type` of an abnormal close
 * - `span_status=`: the code of the span's status, only if the code contradicts `error=`
 * @param close a span, or a record that `closeHook` receives
 * @example '/chat client 1006 unclean none handshake_rejected status=401 error=401'
 */
export function closeLine(close: CloseSpan | CloseRecord): string {
  return 'attributes' in close ? lineOfSpan(close) : lineOfRecord(close);
}

function lineOfSpan(span: CloseSpan): string {
  const { attributes } = span;
  const isReceived = 'statusCode' in span;
  const code = isReceived ? span.statusCode : span.status.code;
  const error = attributes['error.type'];
  return join([
    attributes['url.path'],
    SIDES[isReceived ? span.kind : span.kind + 1],
    attributes['websocket.close.code'],
    attributes['websocket.close.was_clean'] ? 'clean' : 'unclean',
    attributes['websocket.close.initiator'],
    attributes['websocket.close.cause'],
    attributes['websocket.close.synthetic'] ? 'synthetic' : undefined,
    part('reason', attributes['websocket.close.reason']),
    part('requested_code', attributes['websocket.close.requested_code']),
    part('reported_code', attributes['websocket.close.reported_code']),
    part('status', attributes['http.response.status_code']),
    part('error', error),
    part('span_status', code === (error === undefined ? 0 : 2) ? undefined : code),
  ]);
}

function lineOfRecord(record: CloseRecord): string {
  const { code, requestedCode, cause, abnormal, errorCode, httpStatusCode } = record;
  const status = record.handshakeSucceeded ? undefined : httpStatusCode;
  const error = cause === 'handshake_rejected' ? status : (errorCode ?? cause);
  return join([
    record.endpoint.path || undefined,
    record.kind,
    code,
    record.wasClean ? 'clean' : 'unclean',
    record.initiator,
    cause,
    record.synthetic ? 'synthetic' : undefined,
    part('reason', record.reason || undefined),
    part('requested_code', requestedCode === code ? undefined : requestedCode),
    part('reported_code', record.reportedCode),
    part('status', status),
    part('error', abnormal ? error : undefined),
  ]);
}

function part(name: string, value: unknown): string | undefined {
  return value === undefined ? undefined : `${name}=${value}`;
}

function join(parts: readonly unknown[]): string {
  return parts.filter((text) => text !== undefined).join(' ');
}
