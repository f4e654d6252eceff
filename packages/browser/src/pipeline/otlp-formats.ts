import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { OtlpFormat } from './otlp-sender.ts';

/** What a serializer of OpenTelemetry's has for us; it reads no more of a span than `ReadableSpanLike` has. */
type Serializer = { serializeRequest(spans: never): Uint8Array | undefined };

/** OTLP as JSON. */
export const JSON_FORMAT: OtlpFormat = createFormat('application/json', JsonTraceSerializer);

/** A format by a serializer of OpenTelemetry's. */
export function createFormat(contentType: string, { serializeRequest }: Serializer): OtlpFormat {
  return {
    contentType,
    serialize: (spans) => serializeRequest(spans as never) as Uint8Array<ArrayBuffer>,
  };
}
