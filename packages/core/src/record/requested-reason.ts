import { limitText } from './queue-memory.ts';

/** Largest number of bytes of a reason that are decoded. A Close frame has room for 123 (RFC 6455 §5.5). */
const LONGEST_BYTES = 1024;

/**
 * Returns the reason that an app passes to `close(code, reason)`, as a text within its limit. Some libraries accept
 * bytes, which are read as UTF-8.
 * @returns `undefined` for an empty reason, and for a value that is neither text nor bytes
 */
export function requestedReason(reason: unknown): string | undefined {
  const text = ArrayBuffer.isView(reason) ? decode(reason) : reason;
  return text && typeof text === 'string' ? limitText('reason', text) : undefined;
}

function decode({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return new TextDecoder().decode(new Uint8Array(buffer, byteOffset, Math.min(byteLength, LONGEST_BYTES)));
}
