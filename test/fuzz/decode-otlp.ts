import protos from 'otlp-protos/build/src/generated/root.js';
import type { IConversionOptions, Writer } from 'protobufjs';

/** Code that protobufjs makes for a message. */
interface MessageCode {
  decode(bytes: Uint8Array): object;
  encode(message: object): Writer;
  fromObject(object: object): object;
  toObject(message: object, options: IConversionOptions): object;
}

const request: MessageCode = Reflect.get(protos, 'opentelemetry').proto.collector.trace.v1
  .ExportTraceServiceRequest;
/** Members that hold ids: bytes, which OTLP writes as hexadecimal digits in JSON. */
const IDS: ReadonlySet<string> = new Set(['traceId', 'spanId', 'parentSpanId']);
// In protobuf a member without a value has the default of its type.
const PLAIN = { longs: String, bytes: String, defaults: true, arrays: true } as const;

/** Decodes an export request in protobuf, with the code that protobufjs makes from OpenTelemetry's proto files. */
export function decodeOtlpProtobuf(body: Uint8Array): object {
  return request.toObject(request.decode(body), PLAIN);
}

/**
 * Decodes an export request in JSON: writes the request as protobuf, and decodes that.
 * @throws Error for a member that OTLP does not have, or a value that the type of its member does not take
 */
export function decodeOtlpJson(body: string): object {
  const json = JSON.parse(body, (key, value) =>
    IDS.has(key) && typeof value === 'string' ? Buffer.from(value, 'hex').toString('base64') : value,
  );
  const message = request.fromObject(json);
  expectKnown(json, request.toObject(message, PLAIN), 'request');
  return decodeOtlpProtobuf(request.encode(message).finish());
}

/** Throws if a member of `json` is missing in `known`, which has every member that the proto files have. */
function expectKnown(json: unknown, known: unknown, path: string): void {
  if (typeof json !== 'object' || json === null) return;
  for (const [key, value] of Object.entries(json)) {
    const child = (known as Record<string, unknown> | null)?.[key];
    if (child === undefined) throw new Error(`Expected a member of OTLP, got \`${path}.${key}\``);
    expectKnown(value, child, `${path}.${key}`);
  }
}
