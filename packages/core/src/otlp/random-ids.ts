import { intHex } from '../record/int-hex.ts';

/** Ids of a span. No id is all zeros (W3C Trace Context §3.2.2.3). */
interface Ids {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
}

/** Returns the ids of a new trace and of its first span. */
export function randomIds(): Ids {
  return {
    traceId: `${randomDigits()}${randomDigits()}${randomDigits()}${randomDigits()}`,
    spanId: `${randomDigits()}${randomDigits()}`,
  };
}

function randomDigits(): string {
  return intHex((Math.random() * 2 ** 32) >>> 0 || 1);
}
