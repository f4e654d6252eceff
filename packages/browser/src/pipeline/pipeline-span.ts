import type {
  Attributes,
  Exception,
  HrTime,
  Link,
  Span,
  SpanContext,
  SpanStatus,
  TimeInput,
} from '@opentelemetry/api';
import {
  type StoredEvent,
  type StoredLink,
  type StoredSpan,
  storedContext,
  storedLinks,
} from '../store/stored-spans.ts';

/** Values for a new span of the built-in pipeline. */
export interface PipelineSpanInit
  extends Pick<StoredSpan, 'name' | 'kind' | 'attributes' | 'resource' | 'instrumentationScope'> {
  readonly parent: SpanContext | undefined;
  readonly startTime: TimeInput;
  readonly links: readonly Link[];
}

/**
 * Starts a span of the built-in pipeline. The span behaves as the span of OpenTelemetry's SDK, but has no limit for
 * attributes and events.
 * @param onEnd called with the span when the span ends
 */
export function startPipelineSpan(
  context: SpanContext,
  { parent, ...init }: PipelineSpanInit,
  onEnd: (span: StoredSpan) => void,
): Span {
  const events: StoredEvent[] = [];
  const links: StoredLink[] = storedLinks(init.links);
  const status: SpanStatus = { code: 0 };
  const started = {
    ...{ ...init, events, links, status },
    startTime: hrTime(init.startTime),
    context: storedContext(context),
    parent: parent && storedContext(parent),
  };
  let isEnded = false;

  /** Makes a change, which comes too late if the span has ended. */
  function change(make: () => unknown): Span {
    if (!isEnded) make();
    return span;
  }

  const span: Span = {
    spanContext: () => context,
    isRecording: () => !isEnded,
    setAttribute: (key, value) => span.setAttributes({ [key]: value }),
    setAttributes: (attributes) =>
      change(() => {
        const valid = Object.entries(attributes).filter(([, value]) => isValue(value));
        Object.assign(started.attributes, Object.fromEntries(valid));
      }),
    addEvent(name, attributesOrTime, time) {
      const hasTime = typeof attributesOrTime !== 'object' || isTime(attributesOrTime);
      const at = hasTime ? attributesOrTime : time;
      const attributes = hasTime ? {} : attributesOrTime;
      return change(() => events.push({ name, attributes, time: hrTime(at ?? Date.now()) }));
    },
    addLink: (link) => span.addLinks([link]),
    addLinks: (added) => change(() => links.push(...storedLinks(added))),
    setStatus: (status) => change(() => Object.assign(started, { status })),
    updateName: (name) => change(() => Object.assign(started, { name })),
    recordException(exception, time) {
      span.addEvent('exception', exceptionAttributes(exception), time);
    },
    end: (endTime = Date.now()) =>
      void change(() => {
        isEnded = true;
        onEnd({ ...started, endTime: later(started.startTime, hrTime(endTime)) });
      }),
  };
  return span;
}

function exceptionAttributes(exception: Exception): Attributes {
  const { name, message, stack }: { name?: string; message?: string; stack?: string } =
    typeof exception === 'string' ? { message: exception } : exception;
  return {
    ...(name && { 'exception.type': name }),
    ...(message && { 'exception.message': message }),
    ...(stack && { 'exception.stacktrace': stack }),
  };
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

/** Returns the later of two times. If the second is no time, the first is returned. */
function later(first: HrTime, second: HrTime): HrTime {
  return (second[0] - first[0] || second[1] - first[1]) > 0 ? second : first;
}
