import type {
  Attributes,
  AttributeValue,
  Exception,
  HrTime,
  Link,
  Span,
  SpanContext,
  SpanKind,
  SpanStatus,
  TimeInput,
} from '@opentelemetry/api';
import type { ReadableSpanLike, ResourceLike, TimedEventLike } from '../store/stored-spans.ts';

/** Values for a new span of the built-in pipeline. */
export interface PipelineSpanInit {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly startTime: TimeInput;
  readonly attributes: Attributes;
  readonly links: Link[];
  readonly resource: ResourceLike;
  readonly scope: { readonly name: string; readonly version?: string };
  /** Called with the span when the span ends. */
  readonly onEnd: (span: ReadableSpanLike) => void;
}

/**
 * A span of the built-in pipeline. The class behaves as the span of OpenTelemetry's SDK, but has no limit for
 * attributes and events.
 */
export class PipelineSpan implements Span, ReadableSpanLike {
  name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext: SpanContext | undefined;
  readonly startTime: HrTime;
  endTime: HrTime = [0, 0];
  duration: HrTime = [0, 0];
  ended = false;
  status: SpanStatus = { code: 0 };
  readonly attributes: Attributes;
  readonly links: Link[];
  readonly events: TimedEventLike[] = [];
  readonly droppedAttributesCount = 0;
  readonly droppedEventsCount = 0;
  readonly droppedLinksCount = 0;
  readonly resource: ResourceLike;
  readonly instrumentationScope: PipelineSpanInit['scope'];
  readonly #context: SpanContext;
  readonly #onEnd: PipelineSpanInit['onEnd'];

  constructor({ name, kind, context, parent, startTime, attributes, links, ...rest }: PipelineSpanInit) {
    this.name = name;
    this.kind = kind;
    this.parentSpanContext = parent;
    this.startTime = hrTime(startTime);
    this.attributes = attributes;
    this.links = links;
    this.resource = rest.resource;
    this.instrumentationScope = rest.scope;
    this.#context = context;
    this.#onEnd = rest.onEnd;
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  setAttribute(key: string, value: AttributeValue): this {
    return this.setAttributes({ [key]: value });
  }

  setAttributes(attributes: Attributes): this {
    if (this.ended) return this;
    for (const [key, value] of Object.entries(attributes)) if (isValue(value)) this.attributes[key] = value;
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    const hasTime = typeof attributesOrTime !== 'object' || isTime(attributesOrTime);
    const at = hasTime ? attributesOrTime : time;
    const attributes = hasTime ? {} : attributesOrTime;
    if (!this.ended) this.events.push({ name, attributes, time: hrTime(at ?? Date.now()) });
    return this;
  }

  addLink(link: Link): this {
    return this.addLinks([link]);
  }

  addLinks(links: Link[]): this {
    if (!this.ended) this.links.push(...links);
    return this;
  }

  setStatus(status: SpanStatus): this {
    if (!this.ended) this.status = status;
    return this;
  }

  updateName(name: string): this {
    if (!this.ended) this.name = name;
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    const { name, message, stack }: { name?: string; message?: string; stack?: string } =
      typeof exception === 'string' ? { message: exception } : exception;
    this.addEvent(
      'exception',
      {
        ...(name && { 'exception.type': name }),
        ...(message && { 'exception.message': message }),
        ...(stack && { 'exception.stacktrace': stack }),
      },
      time,
    );
  }

  isRecording(): boolean {
    return !this.ended;
  }

  end(endTime: TimeInput = Date.now()): void {
    if (this.ended) return;
    const end = hrTime(endTime);
    const nanos = Math.max((end[0] - this.startTime[0]) * 1e9 + end[1] - this.startTime[1], 0);
    this.endTime = nanos > 0 ? end : this.startTime;
    this.duration = [Math.floor(nanos / 1e9), nanos % 1e9];
    this.ended = true;
    this.#onEnd(this);
  }
}

/**
 * Returns whether OTLP can represent an attribute's value. A single other value, set by the app's hook, would make the
 * whole request invalid.
 */
function isValue(value: unknown): boolean {
  return Array.isArray(value) ? value.every(isValue) : ['string', 'number', 'boolean'].includes(typeof value);
}

function isTime(value: object): value is Date | HrTime {
  return value instanceof Date || Array.isArray(value);
}

/**
 * Returns a time as seconds and nanoseconds since the epoch. A number up to the page's age in milliseconds is a time of
 * `performance.now()`, as in OpenTelemetry's SDK.
 */
function hrTime(time: TimeInput): HrTime {
  if (Array.isArray(time)) return time;
  const value = Number(time);
  const millis = value <= performance.now() ? performance.timeOrigin + value : value;
  const seconds = Math.floor(millis / 1000);
  return [seconds, Math.round((millis - seconds * 1000) * 1e6)];
}
