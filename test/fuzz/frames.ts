import fc from 'fast-check';

/** Parts of one frame (RFC 6455 §5.2). */
export interface Frame {
  readonly fin: boolean;
  /** The three reserved bits, as a number. */
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Uint8Array;
}

const CLOSE = 8;
const SOUND = { fin: true, rsv: 0, masked: false } as const;

/** Codes that a Close frame may hold (RFC 6455 §7.4), and reasons that fit. */
const closes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.constant(new Uint8Array()),
  fc
    .tuple(
      fc.oneof(
        fc.constantFrom(1000, 1001, 1002, 1007, 1008, 1011, 1012, 1014),
        fc.integer({ min: 3000, max: 4999 }),
      ),
      fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => Buffer.byteLength(text) <= 123),
    )
    .map(([code, reason]) => closePayload(code, Buffer.from(reason))),
);
const brokenCloses: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.integer({ min: 0, max: 65_535 }), fc.uint8Array({ maxLength: 126 }))
  .map(([code, reason]) => closePayload(code, reason));
const sizes = fc.constantFrom(0, 1, 125, 126, 127, 300, 65_535, 65_536, 70_000);
const payloads = sizes.map((size) => new Uint8Array(size).fill(120));

const sound: fc.Arbitrary<Frame> = fc.oneof(
  payloads.chain((payload) => fc.constantFrom(1, 2).map((opcode) => ({ ...SOUND, opcode, payload }))),
  fc
    .uint8Array({ maxLength: 125 })
    .chain((payload) => fc.constantFrom(9, 10).map((opcode) => ({ ...SOUND, opcode, payload }))),
  closes.map((payload) => ({ ...SOUND, opcode: CLOSE, payload })),
);
/** Text that is no UTF-8 breaks the protocol, too, but only a reader of messages sees this. So messages hold ASCII. */
const broken: fc.Arbitrary<Frame> = fc.oneof(
  fc.nat(15).chain((opcode) =>
    fc.record({
      fin: fc.boolean(),
      // Without RSV1, which marks a compressed message: no extension is negotiated.
      rsv: fc.constantFrom(0, 0, 1, 2, 3),
      opcode: fc.constant(opcode),
      masked: fc.boolean(),
      payload: opcode < CLOSE ? payloads : fc.oneof(payloads, closes, brokenCloses),
    }),
  ),
  brokenCloses.map((payload) => ({ ...SOUND, opcode: CLOSE, payload })),
);

/** Lists of frames of a server; with `broken` also such that RFC 6455 forbids. */
export function frames(options: { readonly broken: boolean }): fc.Arbitrary<Frame[]> {
  const frame = options.broken ? fc.oneof(sound, { weight: 1, arbitrary: broken }) : sound;
  return fc.array(frame, { minLength: 1, maxLength: 5 });
}

/** Returns the bytes of a frame. A masked frame has a mask of zeros, which leaves its payload readable. */
export function writtenFrame({ fin, rsv, opcode, masked, payload }: Frame): Buffer {
  const { length } = payload;
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const mask = masked ? 0x80 : 0;
  if (length < 126) head.push(mask | length);
  else if (length < 2 ** 16) head.push(mask | 126, length >> 8, length & 255);
  else head.push(mask | 127, 0, 0, 0, 0, 0, (length >> 16) & 255, (length >> 8) & 255, length & 255);
  return Buffer.concat([Buffer.from(head), Buffer.alloc(masked ? 4 : 0), payload]);
}

function closePayload(code: number, reason: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([code >> 8, code & 255]), reason]);
}
