import { type CloseFrame, closeFrameOf } from '../../connection/close-frame.ts';
import { FrameReader, type FrameRules } from '../../connection/frame-reader.ts';

/** Opcode of a Close frame (RFC 6455 §5.5.1). */
const CLOSE = 8;
/** A server masks no frame. undici may have negotiated compressed messages, which have the bit RSV1 (RFC 7692 §6). */
const OF_SERVER: FrameRules = { isMasked: false, forbiddenBits: 0x30 };

/**
 * Makes a reader that looks for a Close frame in the bytes from the peer, beginning with the first frame. The reader
 * skips the payload of every message.
 * @returns a function to call with each chunk. The function returns the Close frame when the frame's last byte has
 * come. After a frame that breaks the protocol no Close frame is returned, since undici then fails the connection
 */
export function createCloseFrameReader(): (chunk: Uint8Array) => CloseFrame | undefined {
  const reader = new FrameReader();
  let found: CloseFrame | undefined;
  const noteControl = (opcode: number, payload: Uint8Array) => {
    if (opcode === CLOSE) found = closeFrameOf(payload);
  };
  return (chunk) => {
    found = undefined;
    reader.read(chunk, OF_SERVER, noteControl);
    return found;
  };
}
