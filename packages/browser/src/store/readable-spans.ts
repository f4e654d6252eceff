import type { Attributes, HrTime, Link, SpanContext, SpanKind, SpanStatus } from '@opentelemetry/api';
import { type StoredContext, type StoredSpan, storedContext, storedLinks } from './stored-spans.ts';

/** An ended span with the fields that exporters read. OpenTelemetry's `ReadableSpan` has the same fields. */
export interface ReadableSpanLike {
  readonly name: string;
  readonly kind: SpanKind;
  spanContext(): SpanContext;
  readonly parentSpanContext?: SpanContext | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly duration: HrTime;
  readonly ended: boolean;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly links: Link[];
  readonly events: TimedEventLike[];
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
  readonly resource: ResourceLike;
  readonly instrumentationScope: {
    readonly name: string;
    readonly version?: string;
    readonly schemaUrl?: string;
  };
}

/** An event of a span. OpenTelemetry's `TimedEvent` has the same fields. */
export interface TimedEventLike {
  time: HrTime;
  name: string;
  attributes?: Attributes;
  droppedAttributesCount?: number;
}

/** Attributes that describe the service that made a span. OpenTelemetry's `Resource` has the same fields. */
export interface ResourceLike {
  readonly attributes: Attributes;
  readonly schemaUrl?: string;
}

/** Fields that only exporters read. The built-in pipeline limits no span, so its spans have dropped nothing. */
const UNLIMITED = {
  duration: [0, 0] as HrTime,
  ended: true,
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
};

/** Returns a span as plain data, with all fields that exporters read. */
export function toStored(span: ReadableSpanLike): StoredSpan & typeof UNLIMITED {
  const { name, kind, startTime, endTime, duration, ended, status, attributes, events, links } = span;
  const { droppedAttributesCount, droppedEventsCount, droppedLinksCount, resource } = span;
  const { instrumentationScope, parentSpanContext } = span;
  return {
    ...{ name, kind, startTime, endTime, duration, ended, status, attributes, events },
    ...{ droppedAttributesCount, droppedEventsCount, droppedLinksCount, instrumentationScope },
    // The SDK's resources and contexts have methods, which JSON cannot hold.
    resource: {
      attributes: resource.attributes,
      ...(resource.schemaUrl && { schemaUrl: resource.schemaUrl }),
    },
    context: storedContext(span.spanContext()),
    parent: parentSpanContext && storedContext(parentSpanContext),
    links: storedLinks(links),
  };
}

/** Returns spans in the form that exporters accept. Spans with equal resources share one resource object. */
export function toReadable(spans: readonly StoredSpan[]): ReadableSpanLike[] {
  // Serializers group spans by the identity of their resource.
  const resources = new Map<string, ResourceLike>();
  return spans.map(({ context, parent, links, resource, events, ...span }) => {
    const key = JSON.stringify(resource);
    if (!resources.has(key)) resources.set(key, resource);
    return {
      ...UNLIMITED,
      ...span,
      resource: resources.get(key) ?? resource,
      events: [...events],
      links: links.map((link) => ({ ...link, context: revive(link.context) })),
      parentSpanContext: parent && revive(parent),
      spanContext: () => revive(context),
    };
  });
}

function revive({ state, ...context }: StoredContext): SpanContext {
  // Exporters call no method of a trace state but `serialize`.
  return {
    ...context,
    ...(state && { traceState: { serialize: () => state } as SpanContext['traceState'] }),
  } as SpanContext;
}
