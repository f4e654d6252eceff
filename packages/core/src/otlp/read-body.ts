import type { TimeLimit } from './time-limit.ts';

/** Largest body of a response that is read, in bytes. */
const LONGEST_BODY = 65_536;

/**
 * Reads the body of a response that has accepted an export. Resolves to zero bytes if the body is longer than 64 KiB,
 * incomplete, or late: the status has decided, and a second request would double what was counted.
 */
export async function readBody({ body }: Response, { over }: TimeLimit): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  try {
    reader = body?.getReader();
    while (reader) {
      const { value, done } = await Promise.race([reader.read(), over]);
      if (done) return joined(chunks, length);
      length += value.length;
      if (length > LONGEST_BODY) break;
      chunks.push(value);
    }
  } catch {
    // Incomplete or late.
  }
  reader?.cancel().catch(() => {});
  return new Uint8Array();
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
