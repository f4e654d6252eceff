import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { createFormat } from './otlp-formats.ts';
import type { OtlpFormat } from './otlp-sender.ts';

/** OTLP as protobuf. */
export const PROTOBUF_FORMAT: OtlpFormat = createFormat('application/x-protobuf', ProtobufTraceSerializer);
