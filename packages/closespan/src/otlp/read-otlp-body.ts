import type { IncomingHttpHeaders } from 'node:http';
import type { OtlpBody } from './otlp-body.ts';
import { OtlpError } from './otlp-error.ts';
import { parseJsonBody } from './parse-json-body.ts';
import { unpackBody } from './unpack-body.ts';

/** Kind of data of an export request: the last part of its path. */
export type Signal = 'traces' | 'metrics' | 'logs';

/** Encoding of an export request, and of its response. */
export type Encoding = 'application/json' | 'application/x-protobuf';

/** Returns the encoding of a request, or `undefined` if OTLP does not have the encoding. */
export function encodingOf({ 'content-type': type = '' }: IncomingHttpHeaders): Encoding | undefined {
  const name = type.split(';', 1)[0]?.trim().toLowerCase();
  return name === 'application/json' || name === 'application/x-protobuf' ? name : undefined;
}

/**
 * Reads the body of an export request: JSON or protobuf, plain or compressed. What the body holds may be of any type:
 * `receivedSpans` and `receivedPoints` check.
 * @throws OtlpError if the body cannot be read, is too large, too deep, or has too many values
 */
export async function readOtlpBody(
  headers: IncomingHttpHeaders,
  bytes: Buffer,
  signal: Signal,
): Promise<OtlpBody> {
  const encoding = encodingOf(headers);
  if (!encoding) throw new OtlpError(415, 'The body is neither application/json nor application/x-protobuf');
  const plain = await unpackBody(bytes, headers['content-encoding']);
  // Nothing of logs is used, so they are not parsed.
  if (signal === 'logs') return {};
  if (encoding === 'application/json') return parseJsonBody(plain);
  // Loaded with the first such body, since most exporters send JSON.
  const { parseProtobufBody } = await import('./parse-protobuf-body.ts');
  return parseProtobufBody(plain, signal);
}
