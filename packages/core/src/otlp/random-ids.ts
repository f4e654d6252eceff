import { Buffer } from 'node:buffer';

const numbers = new Uint32Array(6);
const bytes = Buffer.from(numbers.buffer);

/**
 * Returns the ids of a new trace and of its first span: 32 and 16 hexadecimal digits in one text. No id is all zeros
 * (W3C Trace Context §3.2.2.3).
 */
export function randomIds(): string {
  for (let i = 0; i < numbers.length; i++) numbers[i] = (Math.random() * 2 ** 32) >>> 0 || 1;
  return bytes.toString('hex');
}
