import {
  ATTR_ERROR_TYPE,
  ATTR_SERVER_ADDRESS,
  ATTR_URL_FULL,
  ATTR_URL_PATH,
  ATTR_WEBSOCKET_CLOSE_CATEGORY,
  ATTR_WEBSOCKET_CLOSE_CAUSE,
  ATTR_WEBSOCKET_CLOSE_CODE,
  ATTR_WEBSOCKET_CLOSE_INITIATOR,
  ATTR_WEBSOCKET_CLOSE_LIMIT,
  ATTR_WEBSOCKET_CLOSE_LIMIT_KIND,
  ATTR_WEBSOCKET_CLOSE_NAME,
  ATTR_WEBSOCKET_CONNECTION_DURATION,
  ATTR_WEBSOCKET_CONNECTION_ID,
  ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED,
  ATTR_WEBSOCKET_IDLE_DURATION,
  ATTR_WEBSOCKET_LINK_TYPE,
  ATTR_WEBSOCKET_SILENCE_DURATION,
  describeCloseCode,
} from '@closespan/core';
import { type CloseExplanation, explainClose } from '@closespan/core/explain';
import { reasonOf, serviceOf } from '../../../closes/close-texts.ts';
import type { ReceivedSpan } from '../../../otlp/received-span.ts';
import { type CloseKind, closeKind } from './close-kind.ts';

/** Side of a connection that reported its close. */
type Side = 'client' | 'server';

/** Close as the page shows the close. Durations are seconds, and `undefined` where the span has none. */
export interface PageClose {
  readonly number: number;
  readonly span: ReceivedSpan;
  readonly side: Side;
  readonly code: number | undefined;
  readonly name: string;
  readonly kind: CloseKind;
  readonly isAbnormal: boolean;
  readonly cause: string;
  readonly initiator: string;
  readonly reason: string;
  /** Host and path of the URL. Either may be empty. */
  readonly host: string;
  readonly path: string;
  readonly url: string;
  readonly id: string;
  /** Name of the app. Empty if the app has none. */
  readonly service: string;
  readonly lifetime: number | undefined;
  /** Time without a byte before the end: in either direction if known, else from the peer. */
  readonly silence: number | undefined;
  /** Time limit of a proxy that fits the end. */
  readonly limit: number | undefined;
  /** Kind of that limit: `idle` or `age`. Empty if there is none. */
  readonly limitKind: string;
  /** Id of the close span of the connection before. Empty if there is none. */
  readonly previous: string;
  /** Text in lower case in which the search finds the close. */
  readonly searched: string;
  /** Explanation, made when the page shows it first. */
  readonly explanation: CloseExplanation;
}

/** Kind of a server's span, as OTLP's number. */
const SERVER_KIND = 2;

/** Reads the close of a span. Attributes of other types than expected count as absent. */
export function pageClose(number: number, span: ReceivedSpan): PageClose {
  const { attributes } = span;
  const text = (name: string) => (typeof attributes[name] === 'string' ? (attributes[name] as string) : '');
  const size = (name: string) => {
    const value = attributes[name];
    return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : undefined;
  };
  const code = size(ATTR_WEBSOCKET_CLOSE_CODE);
  const described = describeCloseCode(code ?? 0);
  const opened = attributes[ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED];
  const url = text(ATTR_URL_FULL);
  const id = text(ATTR_WEBSOCKET_CONNECTION_ID);
  const reason = reasonOf(attributes);
  const previous = span.links.find(
    (link) => link.attributes[ATTR_WEBSOCKET_LINK_TYPE] === 'previous_connection',
  );
  let explanation: CloseExplanation | undefined;
  return {
    number,
    span,
    side: span.kind === SERVER_KIND ? 'server' : 'client',
    code,
    name: text(ATTR_WEBSOCKET_CLOSE_NAME) || described.name,
    kind: closeKind(
      text(ATTR_WEBSOCKET_CLOSE_CATEGORY) || described.category,
      typeof opened === 'boolean' ? opened : undefined,
    ),
    isAbnormal: span.statusCode === 2 || attributes[ATTR_ERROR_TYPE] !== undefined,
    cause: text(ATTR_WEBSOCKET_CLOSE_CAUSE) || 'unknown',
    initiator: text(ATTR_WEBSOCKET_CLOSE_INITIATOR) || 'unknown',
    reason,
    host: text(ATTR_SERVER_ADDRESS),
    path: text(ATTR_URL_PATH),
    url,
    id,
    service: serviceOf(span.resource),
    lifetime: size(ATTR_WEBSOCKET_CONNECTION_DURATION),
    silence: size(ATTR_WEBSOCKET_IDLE_DURATION) ?? size(ATTR_WEBSOCKET_SILENCE_DURATION),
    limit: size(ATTR_WEBSOCKET_CLOSE_LIMIT),
    limitKind: text(ATTR_WEBSOCKET_CLOSE_LIMIT_KIND),
    previous: previous?.spanId ?? '',
    searched: [url, text(ATTR_URL_PATH), id, reason, span.traceId].join('\n').toLowerCase(),
    get explanation() {
      explanation ??= explainClose(attributes);
      return explanation;
    },
  };
}
