import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/**
 * Bytes of the longest body, where several spans are in it. The proxy `nginx` takes no longer one by default.
 */
const LONGEST_BODY = 1_000_000;
/** Bytes of a span in JSON without name, attributes, links and events. */
const SPAN_BYTES = 600;
/** Bytes around the name and the value of an attribute in JSON, and around a number. */
const ATTRIBUTE_BYTES = 64;
/** Bytes of a link or an event in JSON without its texts and attributes. */
const ITEM_BYTES = 200;
/** A text of which JSON escapes nothing (RFC 8259 §7) and each character is one byte. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Splits spans into batches, none of which is longer in JSON than 1 MB, unless it is a single span. */
export function batchesOf(spans: readonly ReadableSpan[]): ReadableSpan[][] {
  const batches: ReadableSpan[][] = [];
  let batch: ReadableSpan[] = [];
  let bytes = LONGEST_BODY;
  for (const span of spans) {
    const size = spanBytes(span);
    if (bytes + size > LONGEST_BODY) {
      batch = [];
      batches.push(batch);
      bytes = SPAN_BYTES + attributesBytes(span.resource.attributes);
    }
    batch.push(span);
    bytes += size;
  }
  return batches;
}

/** Returns the two halves of a batch. */
export function halvesOf(batch: readonly ReadableSpan[]): [ReadableSpan[], ReadableSpan[]] {
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
}

/** Estimates the bytes of a span in JSON: never fewer than there are. */
function spanBytes({ name, attributes, links, events, status }: ReadableSpan): number {
  let bytes = SPAN_BYTES + textBytes(name) + textBytes(status.message ?? '') + attributesBytes(attributes);
  for (const { context, attributes: linked = {} } of links) {
    bytes += ITEM_BYTES + attributesBytes(linked) + textBytes(context.traceState?.serialize() ?? '');
  }
  for (const event of events)
    bytes += ITEM_BYTES + textBytes(event.name) + attributesBytes(event.attributes ?? {});
  return bytes;
}

function attributesBytes(attributes: Attributes): number {
  let bytes = 0;
  for (const name in attributes) bytes += ATTRIBUTE_BYTES + textBytes(name) + valueBytes(attributes[name]);
  return bytes;
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return textBytes(value);
  if (!Array.isArray(value)) return 0;
  return value.reduce((bytes: number, item) => bytes + ATTRIBUTE_BYTES + valueBytes(item), 0);
}

/** Estimates the bytes of a text in JSON. UTF-8 has at most three for a unit of UTF-16 (RFC 3629 §3). */
function textBytes(text: string): number {
  return PLAIN.test(text) ? text.length : JSON.stringify(text).length * 3;
}
