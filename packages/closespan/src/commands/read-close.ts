import {
  ATTR_ERROR_TYPE,
  ATTR_URL_FULL,
  ATTR_WEBSOCKET_CLOSE_CAUSE,
  ATTR_WEBSOCKET_CLOSE_CODE,
  ATTR_WEBSOCKET_CLOSE_NAME,
  ATTR_WEBSOCKET_CONNECTION_DURATION,
  ATTR_WEBSOCKET_CONNECTION_ID,
  ATTR_WEBSOCKET_RECONNECT_ATTEMPTS,
} from '@closespan/core';
import { objectOf, objectsOf, textOf, timeOf } from '../otlp/foreign-values.ts';
import { type AttributeMap, plainAttributes } from '../otlp/plain-attributes.ts';
import type { ReceivedSpan } from '../otlp/received-span.ts';

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
  [/^(?:2|SPAN_KIND_SERVER|server)$/, 2],
  [/^(?:3|SPAN_KIND_CLIENT|client)$/, 3],
];
const ERROR = /^(?:2|STATUS_CODE_ERROR)$/;

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
  const { endTime, closeTime = endTime } = object;
  // A span object of the SDK has times in two parts, and numbers of kinds that are one less than those of OTLP.
  const isOfSdk = Array.isArray(endTime);
  const { kind: given = attributes['span.kind'] } = object;
  const kind = String(isOfSdk ? Number(given) + 1 : given);
  const status = String(object['statusCode'] ?? objectOf(object['status'])['code']);
  const isError =
    ERROR.test(status) || attributes[ATTR_ERROR_TYPE] !== undefined || object['abnormal'] === true;
  const parts = isOfSdk ? Number(endTime[0]) * 1e9 + Number(endTime[1]) : object['endTimeUnixNano'];
  const end = typeof closeTime === 'number' ? closeTime : timeOf(parts);
  return {
    name: textOf(object['name']),
    kind: KINDS.find(([word]) => word.test(kind))?.[1] ?? 0,
    traceId: textOf(object['traceId']),
    spanId: textOf(object['spanId']),
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
