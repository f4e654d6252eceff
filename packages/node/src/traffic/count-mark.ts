/** Stands for a count that is not compared any more, because the closing handshake has begun. No count has this mark. */
export const FROZEN = 0xffff;

/** 2^32, divided by the golden ratio: multiples of this number lie far apart (Fibonacci hashing). */
const SPREAD = 0x9e37_79b1;

/**
 * Returns a mark of 16 bits that shows whether a count of bytes has changed. Counts that differ by up to 25,000 bytes
 * have different marks. Other counts have equal marks in one of 65,000 cases.
 */
export function markOf(count: number): number {
  return (Math.imul(count, SPREAD) >>> 16) % FROZEN;
}
