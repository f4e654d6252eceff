import { numberOf } from '../../../otlp/foreign-values.ts';
import type { AttributeMap } from '../../../otlp/plain-attributes.ts';
import type { ReceivedSpan } from '../../../otlp/received-span.ts';

// The limits of the store, so that the page exports the file that the receiver exports.
/** Largest number of attributes of a span that the page keeps. */
const MOST_ATTRIBUTES = 256;
const LONGEST_TEXT = 4096;
/** Largest number of items of a list, and of links. */
const MOST_ITEMS = 128;
/** Latest time that a date can show, in epoch milliseconds. */
const LATEST = 8.64e15;

/** Reads a span from a file or an event. Returns `undefined` if the value is no span. Never throws. */
export function readSpan(value: unknown): ReceivedSpan | undefined {
  if (!isObject(value)) return undefined;
  const { startTime, endTime, spanId, parentSpanId, statusMessage, links, scope } = value;
  if (!isTime(startTime) || !isTime(endTime) || typeof spanId !== 'string' || !spanId) return undefined;
  const { name, version } = isObject(scope) ? scope : {};
  return {
    name: text(value['name']),
    kind: numberOf(value['kind']) || 0,
    traceId: text(value['traceId']),
    spanId: text(spanId),
    parentSpanId: text(parentSpanId) || undefined,
    startTime,
    endTime,
    attributes: readAttributes(value['attributes']),
    statusCode: numberOf(value['statusCode']) || 0,
    statusMessage: text(statusMessage) || undefined,
    links: Array.isArray(links) ? links.slice(0, MOST_ITEMS).filter(isObject).map(readLink) : [],
    resource: readAttributes(value['resource']),
    scope: { name: text(name), ...(typeof version === 'string' && { version: text(version) }) },
  };
}

/** Returns whether a value is an object with members. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readLink(link: Readonly<Record<string, unknown>>): ReceivedSpan['links'][number] {
  const { traceId, spanId, attributes } = link;
  return { traceId: text(traceId), spanId: text(spanId), attributes: readAttributes(attributes) };
}

/** Reads attributes from a file or an event. Values that are no attributes are empty texts. Never throws. */
export function readAttributes(value: unknown): AttributeMap {
  if (!isObject(value)) return {};
  // Without a prototype, so that an attribute named `__proto__` is an attribute.
  const attributes: AttributeMap = Object.create(null);
  for (const [key, item] of Object.entries(value).slice(0, MOST_ATTRIBUTES)) {
    attributes[text(key)] = readValue(item);
  }
  return attributes;
}

function readValue(value: unknown): AttributeMap[string] {
  return Array.isArray(value) ? value.slice(0, MOST_ITEMS).map(readScalar) : readScalar(value);
}

function readScalar(value: unknown): string | number | boolean {
  return typeof value === 'number' || typeof value === 'boolean' ? value : text(value);
}

/** Returns a text, cut to the length that the page keeps. Another value is empty. */
export function text(value: unknown): string {
  if (typeof value !== 'string') return '';
  return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT - 1)}…` : value;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= LATEST;
}
