import {
  ATTR_ERROR_TYPE,
  ATTR_URL_FULL,
  ATTR_WEBSOCKET_CLOSE_CAUSE,
  ATTR_WEBSOCKET_CLOSE_CODE,
  ATTR_WEBSOCKET_CLOSE_NAME,
  ATTR_WEBSOCKET_CONNECTION_DURATION,
  ATTR_WEBSOCKET_CONNECTION_ID,
  ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED,
  ATTR_WEBSOCKET_RECONNECT_ATTEMPTS,
} from '@closespan/core';
import { likelyClose } from '@closespan/core/explain';
import { idOf, numberOf, objectOf, objectsOf, textOf, timeOf } from '../otlp/foreign-values.ts';
import { type AttributeMap, plainAttributes } from '../otlp/plain-attributes.ts';
import type { ReceivedSpan } from '../otlp/received-span.ts';
import { isCause } from './is-cause.ts';

type Foreign = Readonly<Record<string, unknown>>;

/** Content of an object of a foreign JSON text. */
interface ReadObject {
  /** Span of a close. `undefined` if the object is no close. */
  readonly span?: ReceivedSpan;
  /** Value from which the close is explained. */
  readonly explained: Foreign;
  /** Resource of the spans within the object. */
  readonly resource: AttributeMap;
}

/** Kinds of spans, as OTLP, other formats and close records name the two ends. */
const KINDS: readonly (readonly [word: RegExp, kind: number])[] = [
  [/^(?:2|SPAN_KIND_SERVER|server)$/i, 2],
  [/^(?:3|SPAN_KIND_CLIENT|client)$/i, 3],
];
const ERROR = /^(?:2|STATUS_CODE_ERROR|ERROR)$/;

/**
 * Reads an object of a foreign JSON text: a span, a close record, attributes, or an object with others inside. Never
 * throws.
 * @param resource resource of the object around
 */
export function readClose(object: Foreign, resource: AttributeMap): ReadObject {
  const own = { ...resource, ...resourceOf(object['resource']) };
  const attributes = attributesOf(object);
  if (isClose(attributes))
    return { span: spanOf(object, attributes, own), explained: attributes, resource: own };
  if (typeof object['code'] === 'number' && typeof object['cause'] === 'string')
    return { span: spanOf(object, recordAttributes(object), own), explained: object, resource: own };
  return { explained: attributes, resource: own };
}

/** Returns the attributes of an object: a list of keys and values, a map, or the object itself. */
function attributesOf(object: Foreign): Foreign {
  const { attributes = object['tags'] } = object;
  return Array.isArray(attributes) ? listed(attributes) : objectOf(attributes ?? object);
}

/** Turns a list of attributes into a map. Jaeger has plain values, OTLP has values with a type. */
function listed(list: readonly unknown[]): Foreign {
  const plain = objectsOf(list).filter(({ value }) => typeof value !== 'object');
  return {
    ...plainAttributes(list),
    ...Object.fromEntries(plain.map(({ key, value }) => [textOf(key), value])),
  };
}

function isClose(attributes: Foreign): boolean {
  const [code, cause, attempts] = [
    ATTR_WEBSOCKET_CLOSE_CODE,
    ATTR_WEBSOCKET_CLOSE_CAUSE,
    ATTR_WEBSOCKET_RECONNECT_ATTEMPTS,
  ].map((name) => attributes[name]);
  // The span of an outage has the cause of the loss.
  return (code !== undefined || cause !== undefined) && attempts === undefined;
}

function resourceOf(value: unknown): AttributeMap {
  const { attributes = value } = objectOf(value);
  return (Array.isArray(attributes) ? plainAttributes(attributes) : objectOf(attributes)) as AttributeMap;
}

function spanOf(object: Foreign, attributes: Foreign, resource: AttributeMap): ReceivedSpan {
  const { endTime, closeTime = endTime, timestamp } = object;
  // Zipkin, and the SDK's exporter for the console.
  const isPrinted = timestamp !== undefined;
  const spanId = idOf(object['spanId'] ?? object['spanID'] ?? (isPrinted ? object['id'] : undefined));
  const { kind: side = attributes['span.kind'] } = object;
  // The SDK has numbers of kinds that are one less than those of OTLP, and times in two parts.
  const isOfSdk = Array.isArray(endTime) || isPrinted;
  const kind = wordOf(isOfSdk && typeof side === 'number' ? side + 1 : side);
  const given = object['statusCode'] ?? objectOf(object['status'])['code'] ?? attributes['otel.status_code'];
  const isError =
    ERROR.test(wordOf(given)) ||
    attributes[ATTR_ERROR_TYPE] !== undefined ||
    object['abnormal'] === true ||
    // Attributes alone have no status.
    (given === undefined && object['abnormal'] === undefined && !spanId && isLikelyAbnormal(attributes));
  const parts = Array.isArray(endTime)
    ? numberOf(endTime[0]) * 1e9 + numberOf(endTime[1])
    : object['endTimeUnixNano'];
  const end = typeof closeTime === 'number' ? closeTime : timeOf(parts) || endOfMicros(object);
  return {
    name: textOf(object['name']),
    kind: KINDS.find(([word]) => word.test(kind))?.[1] ?? 0,
    traceId: idOf(object['traceId'] ?? object['traceID']),
    spanId,
    parentSpanId: undefined,
    startTime: end,
    // 0 stands for a time that is not known.
    endTime: end || Number.NaN,
    attributes: attributes as AttributeMap,
    statusCode: isError ? 2 : 0,
    statusMessage: undefined,
    links: [],
    resource,
    scope: { name: '' },
  };
}

/** Returns a value as a word. An object, which may refuse to become a text, is none. */
function wordOf(value: unknown): string {
  return typeof value === 'object' ? '' : String(value);
}

/** Returns the end of a span that has a start and a duration in microseconds: of Jaeger, Zipkin, or the SDK's console exporter. */
function endOfMicros({ startTime, timestamp = startTime, duration }: Foreign): number {
  return timeOf((numberOf(timestamp) + numberOf(duration)) * 1000);
}

/** Returns whether a close without a status counts as an error, by its code alone. */
function isLikelyAbnormal(attributes: Foreign): boolean {
  const code = numberOf(attributes[ATTR_WEBSOCKET_CLOSE_CODE]);
  const cause = wordOf(attributes[ATTR_WEBSOCKET_CLOSE_CAUSE]);
  const unknown = { httpStatusCode: undefined, errorCode: undefined, idle: undefined };
  return likelyClose({
    ...unknown,
    code,
    kind: 'client',
    initiator: 'unknown',
    opened: attributes[ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED] !== false,
    cause: isCause(cause) ? cause : undefined,
  }).abnormal;
}

/** Returns the attributes that lines of text show of a close record. */
function recordAttributes(record: Foreign): Foreign {
  const { connectionDuration: millis } = record;
  return {
    ...objectOf(record['furtherAttributes']),
    [ATTR_WEBSOCKET_CLOSE_CODE]: record['code'],
    [ATTR_WEBSOCKET_CLOSE_NAME]: record['name'],
    [ATTR_WEBSOCKET_CLOSE_CAUSE]: record['cause'],
    [ATTR_WEBSOCKET_CONNECTION_ID]: record['connectionId'],
    [ATTR_URL_FULL]: objectOf(record['endpoint'])['url'],
    ...(typeof millis === 'number' && { [ATTR_WEBSOCKET_CONNECTION_DURATION]: millis / 1000 }),
  };
}
