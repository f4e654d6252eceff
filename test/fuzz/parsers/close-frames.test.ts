import { createRequire } from 'node:module';
import type { Writable } from 'node:stream';
import fc from 'fast-check';
import { expect } from 'vitest';
import { type CloseFrame, closeFrameOf } from '../../../packages/node/src/connection/close-frame.ts';
import { FrameReader } from '../../../packages/node/src/connection/frame-reader.ts';
import { createCloseFrameReader } from '../../../packages/node/src/undici/connection/close-frame-reader.ts';
import { chunked } from '../chunked.ts';
import { frames, writtenFrame } from '../frames.ts';
import { fuzz } from '../fuzz.ts';

/** Reader of frames of `ws`, of which its types say nothing. */
const { Receiver }: { Receiver: new (options: { isServer: boolean; maxPayload: number }) => Writable } =
  createRequire(import.meta.url)('ws');

/** Reads bytes as an end of `ws` reads them, by default the client's: the Close frame, or `undefined` if none or another came. */
async function readByWs(
  chunks: readonly Buffer[],
  isServer = false,
): Promise<{ frame?: CloseFrame; failed: boolean }> {
  const receiver = new Receiver({ isServer, maxPayload: 0 });
  let frame: CloseFrame | undefined;
  let failed = false;
  receiver.on('conclude', (code: number, reason: Buffer) => {
    frame = { code, reason: reason.toString() };
  });
  receiver.on('error', () => {
    failed = true;
  });
  for (const chunk of chunks) {
    if (failed || frame) break;
    await new Promise<void>((resolve) => receiver.write(chunk, () => resolve()));
  }
  return { ...(frame && { frame }), failed };
}

function readByUs(chunks: readonly Buffer[]): CloseFrame | undefined {
  const read = createCloseFrameReader();
  for (const chunk of chunks) {
    const frame = read(chunk);
    if (frame) return frame;
  }
  return undefined;
}

fuzz(
  'a Close frame is read as ws reads the frame, however the bytes are cut',
  2500,
  fc.asyncProperty(
    frames({ broken: false }).chain((list) => chunked(Buffer.concat(list.map(writtenFrame)))),
    async (chunks) => {
      const { frame, failed } = await readByWs(chunks);
      expect(failed).toBe(false);
      expect(readByUs(chunks)).toEqual(frame && { ...frame, reason: frame.reason.replace(/^\uFEFF/, '') });
    },
  ),
);

fuzz(
  'of bytes that break the protocol no Close frame is read that ws would not have read',
  2500,
  fc.asyncProperty(
    frames({ broken: true }).chain((list) => chunked(Buffer.concat(list.map(writtenFrame)))),
    async (chunks) => {
      const { frame } = await readByWs(chunks);
      expect(readByUs(chunks)).toEqual(frame && { ...frame, reason: frame.reason.replace(/^\uFEFF/, '') });
    },
  ),
);

fuzz(
  'any bytes are read without a throw',
  2000,
  fc.property(
    fc.uint8Array({ maxLength: 400 }).chain((bytes) => chunked(Buffer.from(bytes))),
    (chunks) => {
      const frame = readByUs(chunks);
      expect(frame === undefined || (frame.code >= 1000 && frame.code <= 4999)).toBe(true);
    },
  ),
);

fuzz(
  'a Close frame of a client is read as a server of ws reads the frame, however the bytes are cut',
  1500,
  fc.asyncProperty(
    frames({ broken: false }).chain((list) =>
      chunked(Buffer.concat(list.map((frame) => writtenFrame({ ...frame, masked: true })))),
    ),
    async (chunks) => {
      const { frame, failed } = await readByWs(chunks, true);
      expect(failed).toBe(false);
      let found: CloseFrame | undefined;
      const reader = new FrameReader();
      for (const chunk of chunks) {
        reader.read(chunk, { isMasked: true, forbiddenBits: 0x70 }, (opcode, payload) => {
          if (opcode === 8) found = closeFrameOf(payload);
        });
      }
      expect(reader.isBroken).toBe(false);
      expect(found).toEqual(frame && { ...frame, reason: frame.reason.replace(/^\uFEFF/, '') });
    },
  ),
);
