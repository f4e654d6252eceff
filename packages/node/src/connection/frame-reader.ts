import { Buffer } from 'node:buffer';
import { isCloseFrame, LONGEST_CONTROL } from './close-frame.ts';

/** Largest number of bytes that a header with a long length and a mask has (RFC 6455 §5.2). */
const LONGEST_HEADER = 14;
const CONTINUATION = 0;
const BINARY = 2;
const CONTROL = 8;
const PONG = 10;

/** Called with the opcode and the payload of each control frame (RFC 6455 §5.5). The payload is not masked. */
export type NoteControlFrame = (opcode: number, payload: Uint8Array) => void;

/** Rules of one direction of a connection. */
export interface FrameRules {
  /** Whether the frames must have a mask: those of a client do, and those of a server do not (RFC 6455 §5.1). */
  readonly isMasked: boolean;
  /**
   * Reserved bits, as in the first byte of a frame, that no frame may have. An extension may use such bits (RFC 6455
   * §5.2).
   */
  readonly forbiddenBits: number;
}

/**
 * Reads the frames of one direction, beginning with the first one. Only headers and control frames are looked at. The
 * reader skips the payload of every message, and holds at most one incomplete header and control frame.
 */
export class FrameReader {
  /** Number of bytes that follow and belong to a skipped payload. */
  #skip = 0;
  /** Part of a header, or of a control frame, that came with an earlier chunk; `undefined` if there is none. */
  #held: Buffer | undefined;
  /** Whether further frames of a message must follow (RFC 6455 §5.4). */
  #isMessageOpen = false;
  #isBroken = false;
  #isOver = false;

  /** Whether a frame has broken the protocol. No later frame is read. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Reads the next bytes. Nothing is read after a Close frame, or after a frame that breaks the protocol. */
  read(chunk: Uint8Array, rules: FrameRules, noteControl: NoteControlFrame): void {
    if (this.#isOver) return;
    let at = this.#skip;
    if (at >= chunk.length) {
      this.#skip = at - chunk.length;
      return;
    }
    this.#skip = 0;
    if (this.#held) at = this.#readHeld(chunk, rules, noteControl);
    at = this.#readFrames(chunk, at, rules, noteControl);
    if (at > chunk.length) this.#skip = at - chunk.length;
    else if (at < chunk.length && !this.#isOver) this.#held = Buffer.from(chunk.subarray(at));
  }

  /**
   * Completes the frame of which a part is held. A few bytes of the chunk are enough.
   * @returns the place in the chunk at which the reading goes on
   */
  #readHeld(chunk: Uint8Array, rules: FrameRules, noteControl: NoteControlFrame): number {
    const held = this.#held ?? Buffer.alloc(0);
    this.#held = undefined;
    const most = LONGEST_HEADER + LONGEST_CONTROL;
    const bytes = Buffer.concat([held, chunk.subarray(0, most)]);
    const end = this.#readFrame(bytes, 0, rules, noteControl);
    if (end !== undefined) return end - held.length;
    // The whole chunk belongs to the incomplete part, unless the frame was broken.
    if (!this.#isOver) this.#held = bytes;
    return chunk.length;
  }

  /** Reads frames from a place on. Returns the place of the first frame that is incomplete, or the end of its payload. */
  #readFrames(bytes: Uint8Array, from: number, rules: FrameRules, noteControl: NoteControlFrame): number {
    let at = from;
    while (at < bytes.length && !this.#isOver) {
      const end = this.#readFrame(bytes, at, rules, noteControl);
      if (end === undefined) break;
      at = end;
    }
    return at;
  }

  /**
   * Reads one frame.
   * @returns the end of the frame, which may lie behind the bytes if the frame has a message; `undefined` if the header
   * or the control frame is incomplete, or if the frame breaks the protocol
   */
  #readFrame(
    bytes: Uint8Array,
    at: number,
    rules: FrameRules,
    noteControl: NoteControlFrame,
  ): number | undefined {
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1];
    if (second === undefined) return undefined;
    if (this.#isInvalid(first, second, rules)) return this.#fail();
    const short = second & 0x7f;
    const lengthSize = short === 127 ? 8 : short === 126 ? 2 : 0;
    const maskAt = at + 2 + lengthSize;
    const start = maskAt + (second >= 0x80 ? 4 : 0);
    if (start > bytes.length) return undefined;
    const length = lengthSize === 0 ? short : longLength(bytes, at + 2, lengthSize);
    // A length of 64 bits begins with a zero.
    if (lengthSize === 8 && (bytes[at + 2] ?? 0) >= 0x80) return this.#fail();
    const end = start + length;
    const opcode = first & 0x0f;
    if (opcode < CONTROL) {
      this.#isMessageOpen = first < 0x80;
      return end;
    }
    if (end > bytes.length) return undefined;
    const payload = unmasked(bytes.subarray(start, end), bytes.subarray(maskAt, start));
    if (opcode === CONTROL) {
      this.#isOver = true;
      if (!isCloseFrame(payload)) return this.#fail();
    }
    noteControl(opcode, payload);
    return end;
  }

  #fail(): undefined {
    this.#isBroken = true;
    this.#isOver = true;
  }

  /** Says whether the first two bytes of a frame break the protocol. */
  #isInvalid(first: number, second: number, { isMasked, forbiddenBits }: FrameRules): boolean {
    const opcode = first & 0x0f;
    if (second >= 0x80 !== isMasked || (first & forbiddenBits) !== 0 || opcode > PONG) return true;
    if (opcode >= CONTROL) return (second & 0x7f) > LONGEST_CONTROL || (first & 0xc0) !== 0x80;
    return opcode > BINARY || this.#isMessageOpen !== (opcode === CONTINUATION);
  }
}

function longLength(bytes: Uint8Array, at: number, size: number): number {
  let length = 0;
  for (let i = at; i < at + size; i++) length = length * 256 + (bytes[i] ?? 0);
  return length;
}

/** Returns a copy of a payload without its mask (RFC 6455 §5.3). The mask is empty if the frame has none. */
function unmasked(payload: Uint8Array, mask: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(payload);
  if (mask.length === 0) return copy;
  for (let i = 0; i < copy.length; i++) copy[i] = (copy[i] ?? 0) ^ (mask[i % 4] ?? 0);
  return copy;
}
