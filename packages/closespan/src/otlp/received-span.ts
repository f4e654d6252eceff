import type { OtlpBody } from './otlp-body.ts';
import { type AttributeMap, plainAttributes } from './plain-attributes.ts';

/** Span as a receiver got it, with plain attributes. Times are epoch milliseconds. */
export interface ReceivedSpan {
  readonly name: string;
  /** Kind of the span, as OTLP's number: 2 server, 3 client. */
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

/** Returns the spans of an export request, in the order of the body. */
export function receivedSpans({ resourceSpans = [] }: OtlpBody): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope = { name: '' }, spans }) =>
      spans.map((span) => ({
        name: span.name,
        kind: span.kind,
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId || undefined,
        startTime: Number(span.startTimeUnixNano) / 1e6,
        endTime: Number(span.endTimeUnixNano) / 1e6,
        attributes: plainAttributes(span.attributes),
        statusCode: span.status?.code ?? 0,
        statusMessage: span.status?.message,
        links: (span.links ?? []).map((link) => ({ ...link, attributes: plainAttributes(link.attributes) })),
        resource: plainAttributes(resource?.attributes),
        scope,
      })),
    ),
  );
}
