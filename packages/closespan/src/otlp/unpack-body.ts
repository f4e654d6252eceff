import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { BODY_LIMITS } from './body-limits.ts';
import { OtlpError } from './otlp-error.ts';

type Unpack = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const unpackGzip: Unpack = promisify(gunzip);
/** By `content-encoding` (RFC 9110 §8.4.1). */
const ENCODINGS: ReadonlyMap<string, Unpack> = new Map([
  ['gzip', unpackGzip],
  ['x-gzip', unpackGzip],
  ['deflate', promisify(inflate)],
]);

/**
 * Returns the content of a compressed body. Unpacking stops as soon as the content is larger than the limit.
 * @param encoding value of the header `content-encoding`
 * @throws OtlpError for an unknown encoding, a broken body, and content that is too large
 */
export async function unpackBody(bytes: Buffer, encoding = 'identity'): Promise<Buffer> {
  const name = encoding.trim().toLowerCase();
  if (name === 'identity' || name === '') return bytes;
  const unpack = ENCODINGS.get(name);
  if (!unpack) throw new OtlpError(415, 'The encoding of the body is unknown: send gzip, deflate or none');
  try {
    return await unpack(bytes, { maxOutputLength: BODY_LIMITS.bytes });
  } catch (error) {
    if (error instanceof RangeError) throw new OtlpError(413, TOO_LARGE);
    throw new OtlpError(400, `The body is no valid ${name}`);
  }
}

/** Message for a body that is larger than the limit. */
export const TOO_LARGE: string = `The body is larger than ${BODY_LIMITS.bytes / 1024 / 1024} MiB`;
