import type { Attributes, HrTime, Link, SpanContext, SpanKind, SpanStatus } from '@opentelemetry/api';

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

type Context = Omit<SpanContext, 'traceState'> & { state?: string };
interface StoredSpan extends Omit<ReadableSpanLike, 'spanContext' | 'parentSpanContext' | 'links'> {
  readonly context: Context;
  readonly parent: Context | undefined;
  readonly links: (Omit<Link, 'context'> & { context: Context })[];
}

/** Returns whether a span has the status ERROR. Spans with this status are sent first and dropped last. */
export function isError({ status }: ReadableSpanLike): boolean {
  return status.code === 2;
}

/**
 * Returns spans as JSON text, with times and ids.
 * @throws TypeError for a value that JSON cannot represent
 */
export function stringifySpans(spans: readonly ReadableSpanLike[]): string {
  return JSON.stringify(spans.map(toStored));
}

/**
 * Reads spans from a text of `stringifySpans`, in the form that exporters accept. Spans with equal resources share one
 * resource object.
 * @throws SyntaxError for a text that is not JSON
 */
export function parseSpans(text: string): ReadableSpanLike[] {
  // Serializers group spans by the identity of their resource.
  const resources = new Map<string, ResourceLike>();
  return (JSON.parse(text) as StoredSpan[]).map(({ context, parent, links, resource, ...span }) => {
    const key = JSON.stringify(resource);
    if (!resources.has(key)) resources.set(key, resource);
    return {
      ...span,
      resource: resources.get(key) ?? resource,
      links: links.map((link) => ({ ...link, context: revive(link.context) })),
      parentSpanContext: parent && revive(parent),
      spanContext: () => revive(context),
    };
  });
}

function toStored(span: ReadableSpanLike): StoredSpan {
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
    context: freeze(span.spanContext()),
    parent: parentSpanContext && freeze(parentSpanContext),
    links: links.map((link) => ({ ...link, context: freeze(link.context) })),
  };
}

function freeze({ traceState, ...context }: SpanContext): Context {
  return { ...context, ...(traceState && { state: traceState.serialize() }) };
}

function revive({ state, ...context }: Context): SpanContext {
  // Exporters call no method of a trace state but `serialize`.
  return {
    ...context,
    ...(state && { traceState: { serialize: () => state } as SpanContext['traceState'] }),
  } as SpanContext;
}
