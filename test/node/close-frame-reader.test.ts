import { describe, expect, it } from 'vitest';
import { createCloseFrameReader } from '../../packages/node/src/undici/connection/close-frame-reader.ts';

const CLOSE_1001 = Buffer.from([0x88, 2, 3, 233]);

describe('undici fails a connection at a frame that breaks the protocol, and reads no Close frame after it', () => {
  it.each([
    ['a reserved bit', [0x91, 0]],
    ['a reserved opcode', [0x83, 0]],
    ['a reserved control opcode', [0x8b, 0]],
    ['a mask', [0x81, 0x80, 0, 0, 0, 0]],
    ['a Ping in fragments', [0x09, 0]],
    ['a long Ping', [0x89, 126, 0, 126, ...Array<number>(126).fill(0)]],
    ['a continuation of nothing', [0x80, 0]],
    ['a message within a message', [0x01, 0, 0x81, 0]],
    ['a Close frame without a valid code', [0x88, 2, 0, 1]],
    ['a Close frame with half a code', [0x88, 1, 3]],
    ['a Close frame in fragments', [0x08, 2, 3, 232]],
    ['a long Close frame', [0x88, 126, 0, 126, ...Array<number>(126).fill(0)]],
  ])('%s', (_name, bytes) => {
    const read = createCloseFrameReader();
    expect(read(Buffer.concat([Buffer.from(bytes), CLOSE_1001]))).toBeUndefined();
    expect(read(CLOSE_1001)).toBeUndefined();
  });

  it.each([
    ['a message in fragments', [0x01, 0, 0x89, 0, 0x00, 0, 0x80, 0]],
    ['a compressed message', [0xc1, 1, 0]],
    ['a compressed message in fragments', [0x41, 1, 0, 0x80, 1, 0]],
  ])('but %s is valid', (_name, bytes) => {
    const read = createCloseFrameReader();
    expect(read(Buffer.concat([Buffer.from(bytes), CLOSE_1001]))).toEqual({ code: 1001, reason: '' });
  });
});
