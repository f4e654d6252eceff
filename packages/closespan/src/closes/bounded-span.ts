import type { AttributeMap } from '../otlp/plain-attributes.ts';
import type { ReceivedSpan } from '../otlp/received-span.ts';
import { keptText } from './kept-text.ts';

/** Largest number of characters of a text that is kept. closespan itself records texts of at most 4,096 characters. */
const LONGEST_TEXT = 4096;
/** Largest number of attributes that are kept. An SDK records at most 128 by default. */
const MOST_ATTRIBUTES = 256;
/** Largest number of items of a list, and of links, that are kept. */
const MOST_ITEMS = 128;
/** Largest number of characters of all attributes together; as many of the resource, and of all links. */
const MOST_CHARACTERS = 256 * 1024;
const LONGEST_ID = 64;
/** Bytes that a span, a link and an attribute take without their texts. About what V8 takes. */
const [SPAN_BYTES, LINK_BYTES, ATTRIBUTE_BYTES] = [2048, 320, 96];

/**
 * Copy of a span that is bounded, with the bytes that the copy takes in memory. The bytes of a resource, which many spans
 * may share, count for each of the spans.
 */
export interface BoundedSpan {
  readonly span: ReceivedSpan;
  readonly bytes: number;
}

type Value = AttributeMap[string];

/** Copy of attributes, with the bytes that the copy takes in memory. */
interface BoundedAttributes {
  readonly map: AttributeMap;
  readonly bytes: number;
}

/** Copies of resources, each of which many spans share. */
const resources = new WeakMap<AttributeMap, BoundedAttributes>();

/**
 * Returns a copy of a span in which texts are cut, and in which what is too much is left out. A span without a time has
 * that of its arrival.
 */
export function boundedSpan(span: ReceivedSpan): BoundedSpan {
  const { parentSpanId, statusMessage, scope } = span;
  const resource = resources.get(span.resource) ?? boundedAttributes(span.resource);
  resources.set(span.resource, resource);
  const attributes = boundedAttributes(span.attributes);
  const links = span.links.slice(0, MOST_ITEMS).map(boundedLink);
  const endTime = span.endTime || Date.now();
  const copy: ReceivedSpan = {
    ...span,
    name: text(span.name),
    traceId: id(span.traceId),
    spanId: id(span.spanId),
    parentSpanId: parentSpanId && id(parentSpanId),
    startTime: span.startTime || endTime,
    endTime,
    attributes: attributes.map,
    statusMessage: statusMessage && text(statusMessage),
    links: links.map(({ link }) => link),
    resource: resource.map,
    scope: { ...scope, name: text(scope.name), ...(scope.version && { version: text(scope.version) }) },
  };
  const { name, traceId, spanId } = copy;
  const texts = [name, traceId, spanId, copy.parentSpanId, copy.statusMessage, copy.scope.name];
  const parts = [attributes, resource, ...links];
  return { span: copy, bytes: SPAN_BYTES + sum(parts.map(({ bytes }) => bytes)) + sum(texts.map(sizeOf)) };
}

/** Returns a copy of a link, with the bytes that the copy takes in memory. */
function boundedLink(link: ReceivedSpan['links'][number]) {
  const [traceId, spanId] = [id(link.traceId), id(link.spanId)];
  const { map, bytes } = boundedAttributes(link.attributes, MOST_CHARACTERS / MOST_ITEMS);
  return {
    link: { traceId, spanId, attributes: map },
    bytes: LINK_BYTES + sizeOf(traceId) + sizeOf(spanId) + bytes,
  };
}

/** @param most largest number of characters of all names and texts. A text beyond that is empty */
function boundedAttributes(map: AttributeMap, most = MOST_CHARACTERS): BoundedAttributes {
  const copy: AttributeMap = Object.create(null);
  let left = most;
  let count = 0;

  /** Returns a value that is no list. OTLP's conventions have no lists within lists. */
  function kept(value: Value): Exclude<Value, Value[]> {
    if (typeof value !== 'string') return Array.isArray(value) ? '' : value;
    const { length } = value;
    if (Math.min(length, LONGEST_TEXT) > left) return '';
    left -= Math.min(length, LONGEST_TEXT);
    return text(value);
  }

  for (const [key, value] of Object.entries(map).slice(0, MOST_ATTRIBUTES)) {
    const name = kept(key) as string;
    if (key && !name) continue;
    const items = Array.isArray(value) ? value.slice(0, MOST_ITEMS).map(kept) : undefined;
    count += 1 + (items?.length ?? 0);
    copy[name] = items ?? kept(value);
  }
  return { map: copy, bytes: 2 * (most - left) + ATTRIBUTE_BYTES * count };
}

function text(value: string): string {
  return keptText(value, LONGEST_TEXT);
}

function id(value: string): string {
  return keptText(value, LONGEST_ID);
}

function sizeOf(value = ''): number {
  return 2 * value.length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
