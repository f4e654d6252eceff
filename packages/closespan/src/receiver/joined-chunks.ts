/** Chunks of a body. Small chunks share blocks, since a chunk of one byte takes some 300 bytes of memory by itself. */
export interface JoinedChunks {
  /** Number of bytes so far. */
  readonly size: number;
  add(chunk: Buffer): void;
  /** Forgets all bytes, but not their number. */
  clear(): void;
  /** Returns all bytes in one buffer. */
  join(): Buffer;
}

/** Number of bytes from which on a chunk is kept as it is. */
const LARGE = 1024;
const BLOCK_SIZE = 16 * 1024;

/** Makes an empty list of chunks. */
export function joinedChunks(): JoinedChunks {
  let parts: Buffer[] = [];
  let block: Buffer = Buffer.alloc(0);
  /** Places in the block: the first byte that is in no part yet, and the first free byte. */
  let [start, end] = [0, 0];
  let size = 0;

  function endPart(): void {
    if (end > start) parts.push(block.subarray(start, end));
    start = end;
  }

  return {
    get size() {
      return size;
    },
    add(chunk) {
      size += chunk.length;
      if (chunk.length >= LARGE) {
        endPart();
        parts.push(chunk);
        return;
      }
      if (end + chunk.length > block.length) {
        endPart();
        block = Buffer.allocUnsafe(BLOCK_SIZE);
        start = end = 0;
      }
      block.set(chunk, end);
      end += chunk.length;
    },
    clear() {
      parts = [];
      block = Buffer.alloc(0);
      start = end = 0;
    },
    join() {
      endPart();
      return Buffer.concat(parts, size);
    },
  };
}
