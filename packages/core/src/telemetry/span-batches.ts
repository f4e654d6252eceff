import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/**
 * Largest body of a request with several spans, in bytes. The limit is below the default limit of the proxy `nginx` (1
 * MiB).
 */
const LONGEST_BODY = 1_000_000;
/** Size of a span in JSON without name, attributes, links and events, in bytes. */
const SPAN_BYTES = 600;
/** Size in JSON of what surrounds the name and value of an attribute, or of a number, in bytes. */
const ATTRIBUTE_BYTES = 64;
/** Size of a link or event in JSON without its texts and attributes, in bytes. */
const ITEM_BYTES = 200;
/** Pattern of a text that has one byte for each character in JSON, because nothing is escaped (RFC 8259 §7). */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Splits spans into batches of at most 1 MB in JSON. A batch with a single span may be longer. */
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

/** Returns an estimate of a span's size in JSON, in bytes. The estimate is never too small. */
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

/**
 * Returns an estimate of a text's size in JSON, in bytes. UTF-8 needs at most three bytes for a unit of UTF-16 (RFC
 * 3629 §3).
 */
function textBytes(text: string): number {
  return PLAIN.test(text) ? text.length : JSON.stringify(text).length * 3;
}
