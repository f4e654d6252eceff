import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

/**
 * Body of an OTLP export request (OTLP 1.x, JSON encoding). The type has only the members that receivers of this
 * project read.
 */
export interface OtlpBody {
  resourceSpans?: {
    resource?: { attributes?: KeyValue[] };
    scopeSpans: { scope?: { name: string; version?: string }; spans: OtlpSpan[] }[];
  }[];
  resourceMetrics?: { scopeMetrics: { metrics: OtlpMetric[] }[] }[];
}

/** One attribute of a span, point, link or resource. */
export interface KeyValue {
  key: string;
  value: OtlpValue;
}

/** Value of an attribute. Exactly one member is present. */
export interface OtlpValue {
  stringValue?: string;
  intValue?: string | number;
  doubleValue?: number;
  boolValue?: boolean;
  arrayValue?: { values: OtlpValue[] };
}

interface OtlpSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: KeyValue[];
  status?: { code?: number; message?: string };
  links?: { traceId: string; spanId: string; attributes?: KeyValue[] }[];
}

interface OtlpMetric {
  name: string;
  unit?: string;
  sum?: { dataPoints: OtlpPoint[] };
  gauge?: { dataPoints: OtlpPoint[] };
  histogram?: { dataPoints: OtlpPoint[] };
}

interface OtlpPoint {
  attributes?: KeyValue[];
  asInt?: string | number;
  asDouble?: number;
  count?: string | number;
  sum?: number;
  explicitBounds?: number[];
}

/**
 * Reads the body of an export request: JSON, or another format if `decode` is passed. A gzip body is unpacked.
 * @returns the content, or `undefined` if the body cannot be read
 */
export function readOtlpBody(
  { headers }: IncomingMessage,
  bytes: Buffer,
  decode?: (body: Buffer) => OtlpBody,
): OtlpBody | undefined {
  try {
    const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    return headers['content-type'] !== 'application/json' && decode
      ? decode(plain)
      : JSON.parse(String(plain));
  } catch {
    return undefined;
  }
}
