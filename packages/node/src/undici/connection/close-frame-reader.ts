/** The content of a Close frame that the peer has sent (RFC 6455 §5.5.1). */
export interface CloseFrame {
  /** Close code; 1005 if the frame has no code (RFC 6455 §7.1.5). */
  readonly code: number;
  readonly reason: string;
}

/** Returns the number of bytes of a Close frame from a server (RFC 6455 §5.2). */
export function closeFrameSize({ code, reason }: CloseFrame): number {
  return 2 + (code === 1005 ? 0 : 2 + Buffer.byteLength(reason));
}

const CONTINUATION = 0;
const BINARY = 2;
const CLOSE = 8;
const PONG = 10;
/**
 * Largest payload of a control frame, in bytes (RFC 6455 §5.5). Other frames mark a longer length with 126 or 127 (RFC
 * 6455 §5.2).
 */
const LONGEST_CONTROL = 125;
const DECODER = new TextDecoder('utf-8', { fatal: true });

/**
 * Makes a reader that looks for a Close frame in the bytes from the peer, beginning with the first frame. The reader
 * skips the payload of every other frame.
 * @returns a function to call with each chunk. The function returns the Close frame when the frame's last byte has
 * come. After a frame that breaks the protocol no Close frame is returned, since undici then fails the connection
 */
export function createCloseFrameReader(): (chunk: Buffer) => CloseFrame | undefined {
  /** Number of bytes at the start of the next chunk that belong to a skipped frame. */
  let skip = 0;
  /** Part of a header, or of a Close frame, that came with an earlier chunk; `undefined` if there is none. */
  let held: Buffer | undefined;
  /** Whether further frames of a message must follow (RFC 6455 §5.4). */
  let isMessageOpen = false;
  let isOver = false;

  return (chunk) => {
    if (isOver) return undefined;
    const bytes = held ? Buffer.concat([held, chunk]) : chunk;
    held = undefined;
    let start = skip;
    skip = 0;
    while (start < bytes.length) {
      const head = bytes[start] ?? 0;
      const length = bytes[start + 1];
      const payload = payloadOf(bytes, start);
      if (length !== undefined && isInvalid(head, length, isMessageOpen)) {
        isOver = true;
        return undefined;
      }
      const isClose = (head & 0x0f) === CLOSE;
      if (!payload || (isClose && payload.end > bytes.length)) {
        held = Buffer.from(bytes.subarray(start));
        return undefined;
      }
      if (isClose) {
        isOver = true;
        return closeFrameOf(bytes.subarray(payload.start, payload.end));
      }
      if ((head & 0x0f) <= BINARY) isMessageOpen = head < 0x80;
      start = payload.end;
    }
    skip = start - bytes.length;
    return undefined;
  };
}

/**
 * Says whether the first two bytes of a frame break the protocol. A compressed message has the bit RSV1 (RFC 7692 §6).
 * @param isMessageOpen whether further frames of a message must follow
 */
function isInvalid(head: number, length: number, isMessageOpen: boolean): boolean {
  const opcode = head & 0x0f;
  const isMasked = length >= 0x80;
  if (isMasked || (head & 0x30) !== 0 || opcode > PONG) return true;
  if (opcode >= CLOSE) return length > LONGEST_CONTROL || (head & 0xc0) !== 0x80;
  return opcode > BINARY || isMessageOpen !== (opcode === CONTINUATION);
}

/**
 * Finds the start and the end of a frame's payload. A server masks no frame (RFC 6455 §5.1).
 * @returns `undefined` while the header of the frame is incomplete
 */
function payloadOf(bytes: Buffer, frame: number): { start: number; end: number } | undefined {
  const size = bytes.length - frame;
  const short = (bytes[frame + 1] ?? 0) & 0x7f;
  const header = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (size < header) return undefined;
  const start = frame + header;
  if (header === 2) return { start, end: start + short };
  const length =
    header === 4
      ? bytes.readUInt16BE(frame + 2)
      : bytes.readUInt32BE(frame + 2) * 2 ** 32 + bytes.readUInt32BE(frame + 6);
  return { start, end: start + length };
}

function closeFrameOf(payload: Buffer): CloseFrame | undefined {
  if (payload.length === 0) return { code: 1005, reason: '' };
  if (payload.length === 1) return undefined;
  const code = payload.readUInt16BE(0);
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
