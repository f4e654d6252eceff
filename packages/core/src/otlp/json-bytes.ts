import { Buffer } from 'node:buffer';

/** Bytes of one JSON value, in a block of memory that holds other values, too. */
export interface JsonSlice {
  readonly block: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Size of a block of memory, in bytes. */
const BLOCK_BYTES = 65_536;
/** Largest number of bytes of a unit of UTF-16 in UTF-8 (RFC 3629 §3). */
const UNIT_BYTES = 3;
const COMMA = 0x2c;
const BRACKET = 0x5d;

/** Writes JSON values as bytes, one after the other. No text of a whole value is made. */
export class JsonBytes {
  #block: Buffer = Buffer.alloc(0);
  #start = 0;
  #at = 0;

  /** Block of memory to which the value is written. A value that does not fit moves to another block. */
  get block(): Buffer {
    return this.#block;
  }

  /** Position in the block at which the next byte is written. */
  get position(): number {
    return this.#at;
  }

  /** Writes a text that is JSON already. */
  text(json: string): void {
    this.#makeRoom(json.length * UNIT_BYTES);
    this.#at += this.#block.write(json, this.#at);
  }

  /** Copies bytes that are JSON already. */
  bytes(json: Uint8Array): void {
    this.#makeRoom(json.length);
    this.#block.set(json, this.#at);
    this.#at += json.length;
  }

  /** Copies a part of a block. */
  copy(block: Buffer, start: number, end: number): void {
    this.#makeRoom(end - start);
    // Faster than a copy from a view, which is made first.
    if (block === this.#block) block.copyWithin(this.#at, start, end);
    else this.#block.set(block.subarray(start, end), this.#at);
    this.#at += end - start;
  }

  /** Copies the items of an array, if there are any, and writes a comma after them. */
  copyItems(block: Buffer, start: number, end: number): void {
    if (start >= end) return;
    this.copy(block, start, end);
    this.comma();
  }

  /** Writes a comma. */
  comma(): void {
    this.#makeRoom(1);
    this.#block[this.#at++] = COMMA;
  }

  /** Ends an array. Each of its items has a comma after it, also the last one. */
  endArray(): void {
    if (this.#block[this.#at - 1] === COMMA) this.#block[this.#at - 1] = BRACKET;
    else this.text(']');
  }

  /** Makes room for further bytes. A value that does not fit moves to a new block. */
  #makeRoom(bytes: number): void {
    if (this.#at + bytes <= this.#block.length) return;
    const value = this.#block.subarray(this.#start, this.#at);
    this.#block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, 2 * (value.length + bytes)));
    this.#block.set(value);
    this.#at = value.length;
    this.#start = 0;
  }

  /** Ends the value, and begins the next one. */
  end(): JsonSlice {
    const slice = { block: this.#block, start: this.#start, end: this.#at };
    this.#start = this.#at;
    return slice;
  }
}
