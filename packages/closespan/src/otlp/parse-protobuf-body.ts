import protobuf from 'protobufjs/minimal.js';
import { BODY_LIMITS } from './body-limits.ts';
import type { OtlpBody } from './otlp-body.ts';
import { OtlpError } from './otlp-error.ts';
import { type Field, METRICS, type Message, TRACES } from './protobuf-messages.ts';

type Reader = protobuf.Reader;
type Scalar = Exclude<Field[1], () => Message>;
/** Kind of data of a body whose parts are read: the last part of the path. */
type Signal = keyof typeof BODIES;

const BODIES = { traces: TRACES, metrics: METRICS };

// Wire types of Protocol Buffers.
const [VARINT, FIXED, LENGTH] = [0, 1, 2];

/** Wire type and reader of each scalar. Values are those of OTLP's JSON encoding. */
const SCALARS: Readonly<Record<Scalar, readonly [wireType: number, read: (reader: Reader) => unknown]>> = {
  text: [LENGTH, (reader) => reader.string()],
  id: [LENGTH, (reader) => Buffer.from(reader.bytes()).toString('hex')],
  bytes: [LENGTH, (reader) => Buffer.from(reader.bytes()).toString('base64')],
  bool: [VARINT, (reader) => reader.bool()],
  int: [VARINT, (reader) => Number(reader.int64())],
  double: [FIXED, (reader) => reader.double()],
  fixed64: [FIXED, (reader) => String(reader.fixed64())],
  sfixed64: [FIXED, (reader) => Number(reader.sfixed64())],
  doubles: [LENGTH, (reader) => reader.doubles()],
};

/**
 * Reads a body in OTLP's protobuf encoding, as an object of the JSON encoding. Unknown fields are left out.
 * @throws OtlpError if the body is no valid protobuf, too deep, or has too many values
 */
export function parseProtobufBody(bytes: Buffer, signal: Signal): OtlpBody {
  const budget = { values: BODY_LIMITS.values };
  try {
    const reader = protobuf.Reader.create(bytes);
    return readMessage(reader, BODIES[signal], reader.len, budget, 0);
  } catch (error) {
    if (error instanceof OtlpError) throw error;
    throw new OtlpError(400, 'The body is no valid protobuf of OTLP');
  }
}

function readMessage(
  reader: Reader,
  message: Message,
  end: number,
  budget: { values: number },
  depth: number,
): Record<string, unknown> {
  if (depth > BODY_LIMITS.depth) throw new OtlpError(400, 'The body is nested too deep');
  const read: Record<string, unknown> = {};
  while (reader.pos < end) {
    const tag = reader.tag();
    const [name, type, isList] = message[tag >>> 3] ?? [];
    const wireType = tag & 7;
    if (name === undefined || type === undefined || wireType !== wireTypeOf(type)) {
      reader.skipType(wireType, depth, tag >>> 3);
      continue;
    }
    if (--budget.values < 0) throw new OtlpError(413, 'The body has too many values');
    const value =
      typeof type === 'string'
        ? SCALARS[type][1](reader)
        : readMessage(reader, type(), endOf(reader, end), budget, depth + 1);
    if (!isList) read[name] = value;
    else if (Array.isArray(read[name])) read[name].push(value);
    else read[name] = [value];
  }
  if (reader.pos !== end) throw new RangeError('A field is longer than its message');
  return read;
}

function wireTypeOf(type: Field[1]): number {
  return typeof type === 'string' ? SCALARS[type][0] : LENGTH;
}

/** Returns where the message ends that begins with its length here. */
function endOf(reader: Reader, end: number): number {
  const length = reader.size();
  if (reader.pos + length > end) throw new RangeError('A message is longer than the message around it');
  return reader.pos + length;
}
