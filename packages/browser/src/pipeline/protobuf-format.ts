/**
 * Encodes spans as protobuf. The module is loaded if the option `otlp` has `protocol: 'http/protobuf'`.
 * Apps import `@closespan/browser` instead. Names that this module exports may change in any release.
 * @internal
 * @module
 */
import { SCHEMA } from '@closespan/browser/recording';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { type ReadableSpanLike, toReadable } from '../store/readable-spans.ts';
import type { OtlpFormat } from './otlp-sender.ts';

export type { StoredSpan } from '../store/stored-spans.ts';

/** Encodes OTLP requests as protobuf. */
export const PROTOBUF_FORMAT: OtlpFormat = {
  contentType: 'application/x-protobuf',
  // The serializer reads no member of a span that `ReadableSpanLike` has not.
  serialize: (spans) =>
    ProtobufTraceSerializer.serializeRequest(
      toReadable(spans).map(withSchema) as never,
    ) as Uint8Array<ArrayBuffer>,
};

function withSchema(span: ReadableSpanLike): ReadableSpanLike {
  return { ...span, instrumentationScope: { ...span.instrumentationScope, ...SCHEMA } };
}
