/** Type of a field of a message: a scalar, or the fields of a message. */
type FieldType =
  | 'text'
  | 'bool'
  | 'int'
  | 'double'
  | 'fixed64'
  | 'sfixed64'
  | 'doubles'
  | 'id'
  | 'bytes'
  | (() => Message);

/** Field of a message: name in OTLP's JSON encoding, type, and whether the field is a list. */
export type Field = readonly [name: string, type: FieldType, isList?: 'list'];

/** Fields of a message by their numbers. */
export type Message = Readonly<Record<number, Field>>;

// The parts of opentelemetry-proto that `OtlpBody` has.

const ANY_VALUE: Message = {
  1: ['stringValue', 'text'],
  2: ['boolValue', 'bool'],
  3: ['intValue', 'int'],
  4: ['doubleValue', 'double'],
  5: ['arrayValue', () => ({ 1: ['values', () => ANY_VALUE, 'list'] })],
  6: ['kvlistValue', () => ({ 1: ['values', () => KEY_VALUE, 'list'] })],
  7: ['bytesValue', 'bytes'],
};

const KEY_VALUE: Message = { 1: ['key', 'text'], 2: ['value', () => ANY_VALUE] };

const RESOURCE: Message = { 1: ['attributes', () => KEY_VALUE, 'list'] };

const SCOPE: Message = { 1: ['name', 'text'], 2: ['version', 'text'] };

const LINK: Message = {
  1: ['traceId', 'id'],
  2: ['spanId', 'id'],
  4: ['attributes', () => KEY_VALUE, 'list'],
};

const STATUS: Message = { 2: ['message', 'text'], 3: ['code', 'int'] };

const SPAN: Message = {
  1: ['traceId', 'id'],
  2: ['spanId', 'id'],
  4: ['parentSpanId', 'id'],
  5: ['name', 'text'],
  6: ['kind', 'int'],
  7: ['startTimeUnixNano', 'fixed64'],
  8: ['endTimeUnixNano', 'fixed64'],
  9: ['attributes', () => KEY_VALUE, 'list'],
  13: ['links', () => LINK, 'list'],
  15: ['status', () => STATUS],
};

const SCOPE_SPANS: Message = { 1: ['scope', () => SCOPE], 2: ['spans', () => SPAN, 'list'] };

const RESOURCE_SPANS: Message = {
  1: ['resource', () => RESOURCE],
  2: ['scopeSpans', () => SCOPE_SPANS, 'list'],
};

const NUMBER_POINT: Message = {
  3: ['timeUnixNano', 'fixed64'],
  4: ['asDouble', 'double'],
  6: ['asInt', 'sfixed64'],
  7: ['attributes', () => KEY_VALUE, 'list'],
};

const HISTOGRAM_POINT: Message = {
  3: ['timeUnixNano', 'fixed64'],
  4: ['count', 'fixed64'],
  5: ['sum', 'double'],
  7: ['explicitBounds', 'doubles'],
  9: ['attributes', () => KEY_VALUE, 'list'],
};

const GAUGE: Message = { 1: ['dataPoints', () => NUMBER_POINT, 'list'] };

const SUM: Message = { ...GAUGE, 2: ['aggregationTemporality', 'int'] };

const HISTOGRAM: Message = {
  1: ['dataPoints', () => HISTOGRAM_POINT, 'list'],
  2: ['aggregationTemporality', 'int'],
};

const METRIC: Message = {
  1: ['name', 'text'],
  3: ['unit', 'text'],
  5: ['gauge', () => GAUGE],
  7: ['sum', () => SUM],
  9: ['histogram', () => HISTOGRAM],
};

const SCOPE_METRICS: Message = { 1: ['scope', () => SCOPE], 2: ['metrics', () => METRIC, 'list'] };

const RESOURCE_METRICS: Message = {
  1: ['resource', () => RESOURCE],
  2: ['scopeMetrics', () => SCOPE_METRICS, 'list'],
};

/** Body of `/v1/traces`: opentelemetry-proto's `ExportTraceServiceRequest`. */
export const TRACES: Message = { 1: ['resourceSpans', () => RESOURCE_SPANS, 'list'] };

/** Body of `/v1/metrics`: opentelemetry-proto's `ExportMetricsServiceRequest`. */
export const METRICS: Message = { 1: ['resourceMetrics', () => RESOURCE_METRICS, 'list'] };
