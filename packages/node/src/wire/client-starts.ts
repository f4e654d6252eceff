import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { invalidPart } from '../connection/invalid-part.ts';
import type { HttpAttempt } from './http-attempts.ts';
import type { RawHandshake } from './raw-clients.ts';
import { agreementOf, type ResponseHead, valueIn } from './response-head.ts';
import type { WireStart } from './wire-start.ts';

/** The start of a client's connection, without the time. */
type ClientStart = Omit<WireStart, 'acceptedAt'>;

/** Makes the start of a connection whose handshake Node's HTTP client has made. */
export function httpStart(
  { request, url, tracked }: HttpAttempt,
  { headers }: IncomingMessage,
  stream: Duplex,
): ClientStart {
  const headerOf = (name: string) => String(headers[name] ?? '');
  const invalid = invalidPart((name) => String(request.getHeader(name) ?? ''), headerOf);
  const agreement = agreementOf(headerOf('sec-websocket-protocol'), headerOf('sec-websocket-extensions'));
  return { kind: 'client', url, stream, tracked, head: undefined, agreement, invalid };
}

/** Makes the start of a connection whose handshake the client has written itself. */
export function rawStart({ attempt, tracked, url }: RawHandshake, response: ResponseHead): ClientStart {
  const { agreement, headers } = response;
  const invalid = invalidPart(
    (name) => attempt.header(name),
    (name) => valueIn(headers, name),
  );
  return { kind: 'client', url, stream: attempt.stream, tracked, head: undefined, agreement, invalid };
}
