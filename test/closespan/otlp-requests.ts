import { request as httpRequest, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** Response to an export request. */
export interface OtlpResponse {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Sends a request with any headers, also those that `fetch` sets by itself. */
export async function send(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer = '',
  method = 'POST',
): Promise<OtlpResponse> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(url, { method, headers }).on('response', resolve).on('error', reject).end(body);
  });
  return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) };
}

export const JSON_TYPE = { 'content-type': 'application/json' };
export const PROTOBUF_TYPE = { 'content-type': 'application/x-protobuf' };

/** Attribute of OTLP's JSON encoding, with a text or a whole number. */
export function attribute(key: string, value: string | number): object {
  return { key, value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) } };
}

/** Span of a close in OTLP's JSON encoding. */
export function closeSpan(spanId: string, attributes: object[] = [], kind = 3): object {
  return {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId,
    name: 'websocket.close',
    kind,
    startTimeUnixNano: '1700000000000000000',
    endTimeUnixNano: '1700000060000000000',
    attributes: [attribute('websocket.close.code', 1006), ...attributes],
  };
}

/** Export request in OTLP's JSON encoding, with spans of one scope. */
export function tracesOf(spans: readonly unknown[], scope = 'closespan'): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: [attribute('service.name', 'shop')] },
        scopeSpans: [{ scope: { name: scope, version: '1.2.3' }, spans }],
      },
    ],
  };
}
