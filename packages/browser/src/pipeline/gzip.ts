import { inTime } from '../store/in-time.ts';

/** Longest time to compress a body, in milliseconds. After this time the body is sent as it is. */
const GZIP_MILLIS = 2000;

/** Returns a body in gzip. Returns `undefined` if the browser cannot compress, so that the body is sent as it is. */
export async function gzip(body: Uint8Array<ArrayBuffer> | string): Promise<ArrayBuffer | undefined> {
  try {
    const zipped = new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'));
    return await inTime(new Response(zipped).arrayBuffer(), GZIP_MILLIS);
  } catch {
    return undefined;
  }
}
