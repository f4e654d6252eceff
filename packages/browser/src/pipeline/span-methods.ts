import type { Attributes, Exception, HrTime, Span } from '@opentelemetry/api';
import { type StoredSpan, storedLinks } from '../store/stored-spans.ts';
import { hrTime } from './hr-time.ts';

/** A span that has not ended. */
export type StartedSpan = Omit<StoredSpan, 'endTime'>;

/**
 * Adds the other methods of a span of OpenTelemetry's SDK to a span. The span has no limit for attributes and events.
 * Returns the span.
 * @param started content of the span, which the methods change until the span ends
 */
export function addSpanMethods(span: Span, started: StartedSpan): Span {
  const { attributes } = started;

  /** Makes a change, which comes too late if the span has ended. */
  function change(members: () => Partial<StartedSpan>): Span {
    if (span.isRecording()) Object.assign(started, members());
    return span;
  }

  const methods: Omit<Span, 'spanContext' | 'isRecording' | 'setStatus' | 'end'> = {
    setAttribute: (key, value) => span.setAttributes({ [key]: value }),
    setAttributes: (added) =>
      change(() => {
        for (const [key, value] of Object.entries(added)) if (isValue(value)) attributes[key] = value;
        return {};
      }),
    addEvent(name, attributesOrTime, time) {
      const hasTime = typeof attributesOrTime !== 'object' || isTime(attributesOrTime);
      const at = hasTime ? attributesOrTime : time;
      const event = { name, attributes: hasTime ? {} : attributesOrTime, time: hrTime(at ?? Date.now()) };
      return change(() => ({ events: [...started.events, event] }));
    },
    addLink: (link) => span.addLinks([link]),
    addLinks: (links) => change(() => ({ links: [...started.links, ...storedLinks(links)] })),
    updateName: (name) => change(() => ({ name })),
    recordException(exception, time) {
      span.addEvent('exception', exceptionAttributes(exception), time);
    },
  };
  return Object.assign(span, methods);
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
