import { Buffer } from 'node:buffer';

/** The content of a Close frame (RFC 6455 §5.5.1). */
export interface CloseFrame {
  /** Close code; 1005 if the frame has no code (RFC 6455 §7.1.5). */
  readonly code: number;
  readonly reason: string;
}

/** Largest payload of a control frame, in bytes (RFC 6455 §5.5). */
export const LONGEST_CONTROL = 125;
const DECODER = new TextDecoder('utf-8', { fatal: true });

/**
 * Returns the number of bytes of a Close frame (RFC 6455 §5.2).
 * @param isMasked whether a client has sent the frame
 */
export function closeFrameSize({ code, reason }: CloseFrame, isMasked = false): number {
  return 2 + (isMasked ? 4 : 0) + (code === 1005 ? 0 : 2 + Buffer.byteLength(reason));
}

/** Says whether the payload of a Close frame is valid: empty, or a code and a text in UTF-8 (RFC 6455 §5.5.1). */
export function isCloseFrame(payload: Uint8Array): boolean {
  return closeFrameOf(payload) !== undefined;
}

/** Reads the payload of a Close frame; `undefined` if the payload is not valid. */
export function closeFrameOf(payload: Uint8Array): CloseFrame | undefined {
  const [high, low] = payload;
  if (high === undefined) return { code: 1005, reason: '' };
  if (low === undefined) return undefined;
  const code = high * 256 + low;
  if (!isOnTheWire(code)) return undefined;
  try {
    return { code, reason: DECODER.decode(payload.subarray(2)) };
  } catch {
    return undefined;
  }
}

/** Says whether a Close frame may contain a code (RFC 6455 §7.4). */
function isOnTheWire(code: number): boolean {
  return (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code <= 4999);
}
