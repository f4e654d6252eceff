import { enumOf, idOf, objectOf, objectsOf, textOf, timeOf } from './foreign-values.ts';
import type { OtlpBody } from './otlp-body.ts';
import { type AttributeMap, plainAttributes } from './plain-attributes.ts';

/** Span as a receiver got it, with plain attributes. Times are epoch milliseconds, and 0 if they are no valid time. */
export interface ReceivedSpan {
  readonly name: string;
  /** Kind of the span, as OTLP's number: 2 server, 3 client. 0 if the span has none. */
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  /** Id of the parent span. `undefined` for a root span. */
  readonly parentSpanId: string | undefined;
  readonly startTime: number;
  readonly endTime: number;
  readonly attributes: AttributeMap;
  /** Status of the span: 0 unset, 1 ok, 2 error. */
  readonly statusCode: number;
  /** Message of the status. `undefined` if there is none. */
  readonly statusMessage: string | undefined;
  readonly links: readonly { traceId: string; spanId: string; attributes: AttributeMap }[];
  readonly resource: AttributeMap;
  readonly scope: { readonly name: string; readonly version?: string };
}

const KINDS: readonly string[] = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (name) => `SPAN_KIND_${name}`,
);
const STATUSES: readonly string[] = ['UNSET', 'OK', 'ERROR'].map((name) => `STATUS_CODE_${name}`);

/**
 * Returns the spans of an export request one after the other, in the order of the body. What is of a wrong type counts
 * as absent. Never throws.
 */
export function* receivedSpans(body: OtlpBody): Generator<ReceivedSpan, void, undefined> {
  for (const { resource: of, scopeSpans } of objectsOf(body.resourceSpans)) {
    const resource = plainAttributes(objectOf(of)['attributes']);
    for (const { scope: by, spans } of objectsOf(scopeSpans)) {
      const scope = scopeOf(objectOf(by));
      for (const span of objectsOf(spans)) yield receivedSpan(span, resource, scope);
    }
  }
}

function receivedSpan(
  span: Readonly<Record<string, unknown>>,
  resource: AttributeMap,
  scope: ReceivedSpan['scope'],
): ReceivedSpan {
  const { code, message } = objectOf(span['status']);
  return {
    name: textOf(span['name']),
    kind: enumOf(span['kind'], KINDS),
    traceId: idOf(span['traceId']),
    spanId: idOf(span['spanId']),
    parentSpanId: idOf(span['parentSpanId']) || undefined,
    startTime: timeOf(span['startTimeUnixNano']),
    endTime: timeOf(span['endTimeUnixNano']),
    attributes: plainAttributes(span['attributes']),
    statusCode: enumOf(code, STATUSES),
    statusMessage: textOf(message) || undefined,
    links: objectsOf(span['links']).map(({ traceId, spanId, attributes }) => ({
      traceId: idOf(traceId),
      spanId: idOf(spanId),
      attributes: plainAttributes(attributes),
    })),
    resource,
    scope,
  };
}

function scopeOf({ name, version }: Readonly<Record<string, unknown>>): ReceivedSpan['scope'] {
  return { name: textOf(name), ...(textOf(version) && { version: textOf(version) }) };
}
