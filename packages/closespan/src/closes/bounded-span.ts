import type { AttributeMap } from '../otlp/plain-attributes.ts';
import type { ReceivedSpan } from '../otlp/received-span.ts';

/** Largest number of characters of a text that is kept. closespan itself records texts of at most 4,096 characters. */
const LONGEST_TEXT = 4096;
/** Largest number of attributes that are kept. An SDK records at most 128 by default. */
const MOST_ATTRIBUTES = 256;
/** Largest number of items of a list, and of links, that are kept. */
const MOST_ITEMS = 128;
/** Bytes that a span takes without its texts, and that one attribute takes without its texts. About what V8 takes. */
const [SPAN_BYTES, ATTRIBUTE_BYTES] = [2048, 96];

/** Copy of a span that is bounded, with the bytes that the copy takes in memory. */
export interface BoundedSpan {
  readonly span: ReceivedSpan;
  readonly bytes: number;
}

type Value = AttributeMap[string];

/** Returns a copy of a span in which texts are cut, and in which what is too much is left out. */
export function boundedSpan(span: ReceivedSpan): BoundedSpan {
  let bytes = SPAN_BYTES;

  function text(value: string): string {
    bytes += 2 * Math.min(value.length, LONGEST_TEXT);
    // By way of a buffer: a slice would keep the whole text in memory.
    return value.length > LONGEST_TEXT ? `${Buffer.from(value.slice(0, LONGEST_TEXT))}` : value;
  }

  function bounded(value: Value): Value {
    bytes += ATTRIBUTE_BYTES;
    if (typeof value === 'string') return text(value);
    return Array.isArray(value) ? value.slice(0, MOST_ITEMS).map(bounded) : value;
  }

  function attributes(map: AttributeMap): AttributeMap {
    const copy: AttributeMap = Object.create(null);
    for (const [key, value] of Object.entries(map).slice(0, MOST_ATTRIBUTES))
      copy[text(key)] = bounded(value);
    return copy;
  }

  const { parentSpanId, statusMessage, links, scope } = span;
  const copy: ReceivedSpan = {
    ...span,
    name: text(span.name),
    traceId: text(span.traceId),
    spanId: text(span.spanId),
    parentSpanId: parentSpanId && text(parentSpanId),
    attributes: attributes(span.attributes),
    statusMessage: statusMessage && text(statusMessage),
    links: links.slice(0, MOST_ITEMS).map((link) => ({
      traceId: text(link.traceId),
      spanId: text(link.spanId),
      attributes: attributes(link.attributes),
    })),
    resource: attributes(span.resource),
    scope: { ...scope, name: text(scope.name), ...(scope.version && { version: text(scope.version) }) },
  };
  return { span: copy, bytes };
}
