import type { Attributes, HrTime, Link, SpanContext, SpanKind, SpanStatus } from '@opentelemetry/api';

/** Ids, flags and trace state of a span, as JSON can hold them. */
export interface StoredContext extends Omit<SpanContext, 'traceState'> {
  /** Text of the trace state; absent without a trace state. */
  readonly state?: string | undefined;
}

/** A link to another span, as JSON can hold the link. */
export interface StoredLink extends Omit<Link, 'context'> {
  readonly context: StoredContext;
}

/** An event of a span, with a time in seconds and nanoseconds. */
interface StoredEvent {
  readonly time: HrTime;
  readonly name: string;
  readonly attributes?: Attributes;
}

/** An ended span as plain data, which a store keeps as JSON. */
export interface StoredSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: StoredContext;
  /** Context of the parent span; `undefined` for the first span of a trace. */
  readonly parent: StoredContext | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly links: readonly StoredLink[];
  readonly events: readonly StoredEvent[];
  /** Attributes of the service that made the span. */
  readonly resource: { readonly attributes: Attributes };
  readonly instrumentationScope: { readonly name: string; readonly version?: string };
}

/** Returns whether a span has the status ERROR. Spans with this status are sent first and dropped last. */
export function isError({ status }: StoredSpan): boolean {
  return status.code === 2;
}

/** Returns the context of a span as JSON can hold the context. */
export function storedContext({ traceState, ...context }: SpanContext): StoredContext {
  return { ...context, state: traceState?.serialize() };
}

/** Returns links to other spans as JSON can hold the links. */
export function storedLinks(links: readonly Link[]): StoredLink[] {
  return links.map((link) => ({ ...link, context: storedContext(link.context) }));
}
