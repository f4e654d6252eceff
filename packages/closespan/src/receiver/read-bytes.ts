import type { IncomingMessage } from 'node:http';
import { BODY_LIMITS } from '../otlp/body-limits.ts';
import { OtlpError } from '../otlp/otlp-error.ts';
import { TOO_LARGE } from '../otlp/unpack-body.ts';
import { joinedChunks } from './joined-chunks.ts';

/** Largest number of bytes of all bodies that one receiver reads at a time. */
const MOST_BYTES = 4 * BODY_LIMITS.bytes;

/** Bytes of bodies that one receiver holds at the moment. */
export interface HeldBytes {
  count: number;
}

/**
 * Reads the body of a request, and passes the bytes on. The bytes count as held until `use` has ended.
 * @throws OtlpError for a body over the limit, and while too many bytes of other bodies are held
 */
export async function withBytes<T>(
  request: IncomingMessage,
  held: HeldBytes,
  use: (bytes: Buffer) => Promise<T>,
): Promise<T> {
  if (Number(request.headers['content-length']) > BODY_LIMITS.bytes) throw new OtlpError(413, TOO_LARGE);
  const bytes = joinedChunks();
  try {
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: Error) => {
        // Node drops the rest, which a client must be able to send before it reads the response.
        bytes.clear();
        request.removeAllListeners('data').resume();
        reject(error);
      };
      request
        .on('data', (chunk: Buffer) => {
          bytes.add(chunk);
          held.count += chunk.length;
          if (bytes.size > BODY_LIMITS.bytes) refuse(new OtlpError(413, TOO_LARGE));
          else if (held.count > MOST_BYTES) refuse(new OtlpError(503, 'Too many bodies at once'));
        })
        .on('end', resolve)
        .on('error', reject);
    });
    return await use(bytes.join());
  } finally {
    held.count -= bytes.size;
  }
}
