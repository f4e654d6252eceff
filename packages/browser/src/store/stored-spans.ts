import type { Attributes, HrTime, Link, SpanContext, SpanKind, SpanStatus } from '@opentelemetry/api';

/** The fields of an ended span that exporters read: OpenTelemetry's `ReadableSpan`, by shape. */
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

/** An event of a span, by shape. */
export interface TimedEventLike {
  time: HrTime;
  name: string;
  attributes?: Attributes;
  droppedAttributesCount?: number;
}

/** What a span is of, by shape. */
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

/** Whether a span is of something that went wrong: then it is worth more than another. */
export function isError({ status }: ReadableSpanLike): boolean {
  return status.code === 2;
}

/** Spans as text, their own times and ids in it. */
export function stringifySpans(spans: readonly ReadableSpanLike[]): string {
  return JSON.stringify(spans.map(toStored));
}

/** The spans of such a text, as an exporter takes them. @throws SyntaxError for another text */
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
    // An SDK's resource and its contexts are objects with methods.
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
  // Exporters ask a trace state for its text alone.
  return {
    ...context,
    ...(state && { traceState: { serialize: () => state } as SpanContext['traceState'] }),
  } as SpanContext;
}
