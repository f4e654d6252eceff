import type {
  Attributes,
  Link,
  Span,
  SpanContext,
  SpanKind,
  SpanStatus,
  SpanStatusCode,
} from '@opentelemetry/api';
import { guard } from '../guard.ts';
import type { WebSocketOptions } from '../options.ts';
import type { CloseRecord } from '../record/close-record.ts';
import { ROOT_CONTEXT } from '../root-context.ts';
import { ATTR_WEBSOCKET_LINK_TYPE, SPAN_WEBSOCKET_CLOSE } from '../semconv.ts';
import type { AppHooks } from './app-hooks.ts';
import { closeAttributes } from './close-attributes.ts';
import type { CloseTracer } from './close-tracer.ts';
import type { TransportRules } from './transport-rules.ts';

/** Content of a close span. */
export interface CloseSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly links: Link[];
  /** Start of the span, in milliseconds since the epoch. */
  readonly startTime: number;
  /** End of the span, in milliseconds since the epoch. */
  readonly endTime: number;
  readonly status: SpanStatus;
  /** Ids of the parent span. `undefined` for the first span of a trace. */
  readonly parent: SpanContext | undefined;
}

/** Parts of a close span that pages do not have. */
export interface SpanParts {
  /** Makes the message of an error status. If absent, the status has no message. */
  readonly closeSentence?: (record: CloseRecord) => string;
  /** Adds the attributes that describe the peer. */
  readonly transport?: TransportRules;
}

// Numbers of the API's enums: a page would load the enums' objects.
const KINDS: { client: SpanKind.CLIENT; server: SpanKind.SERVER } = { client: 2, server: 1 };
const UNSET: SpanStatusCode.UNSET = 0;
const ERROR: SpanStatusCode.ERROR = 2;

/**
 * Returns the content of a close span.
 * @param previous ids of the close span of the connection before. `undefined` if there is no such span
 * @param name name of the span without the template
 */
export function closeSpanOf(
  record: CloseRecord,
  errorType: string | undefined,
  { parent, spanTiming }: Pick<WebSocketOptions, 'parent' | 'spanTiming'>,
  previous?: SpanContext,
  name = SPAN_WEBSOCKET_CLOSE,
  { closeSentence, transport }: SpanParts = {},
): CloseSpan {
  const { creation, endpoint } = record;
  return {
    name: endpoint.template ? `${name} ${endpoint.template}` : name,
    kind: KINDS[record.kind],
    attributes: closeAttributes(record, errorType, transport),
    links: linksTo(creation, 'creation').concat(linksTo(previous, 'previous_connection')),
    startTime: spanTiming === 'lifetime' ? record.startTime : record.closingTime,
    endTime: record.closeTime,
    status: errorType
      ? { code: ERROR, ...(closeSentence && { message: closeSentence(record) }) }
      : { code: UNSET },
    parent: parent === 'creation' ? creation : undefined,
  };
}

/** Returns a link to a span, as a list. The list is empty if there is no span. */
function linksTo(context: SpanContext | undefined, type: 'creation' | 'previous_connection'): Link[] {
  return context ? [{ context, attributes: { [ATTR_WEBSOCKET_LINK_TYPE]: type } }] : [];
}

/**
 * Starts the span of a close. The span has all of its attributes at its start, so that a sampler can read them.
 * @param contextOf makes the context of the parent; if absent, the span has no parent
 */
export function startCloseSpan(
  tracer: CloseTracer,
  { name, kind, attributes, links, startTime, status, parent }: CloseSpan,
  contextOf: AppHooks['contextOf'],
): Span {
  const context = (parent && contextOf?.(parent)) ?? ROOT_CONTEXT;
  const started = tracer.startSpan(name, { kind, attributes, links, startTime }, context);
  if (status.code !== UNSET) guard('span', () => started.setStatus(status));
  return started;
}
