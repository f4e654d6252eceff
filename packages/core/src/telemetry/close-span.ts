import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanKind,
  type SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { WebSocketOptions } from '../options.ts';
import type { CloseRecord } from '../record/close-record.ts';
import { ATTR_ERROR_TYPE, ATTR_WEBSOCKET_LINK_TYPE, SPAN_WEBSOCKET_CLOSE } from '../semconv.ts';

// Numbers of the API's enums: a page would load the enums' objects.
const KINDS: { client: SpanKind.CLIENT; server: SpanKind.SERVER } = { client: 2, server: 1 };
const ERROR: SpanStatusCode.ERROR = 2;

const CREATION_LINK: Attributes = { [ATTR_WEBSOCKET_LINK_TYPE]: 'creation' };

/** Starts the span of a close. The span has all of its attributes at its start, so that a sampler can read them. */
export function startCloseSpan(
  tracer: Tracer,
  record: CloseRecord,
  attributes: Attributes,
  { parent, spanTiming }: Pick<WebSocketOptions, 'parent' | 'spanTiming'>,
): Span {
  const { creation, endpoint } = record;
  const span = tracer.startSpan(
    endpoint.template ? `${SPAN_WEBSOCKET_CLOSE} ${endpoint.template}` : SPAN_WEBSOCKET_CLOSE,
    {
      kind: KINDS[record.kind],
      attributes,
      ...(creation && { links: [{ context: creation, attributes: CREATION_LINK }] }),
      startTime: spanTiming === 'lifetime' ? record.startTime : record.closingTime,
    },
    parentContext(parent === 'creation' ? creation : undefined),
  );
  if (attributes[ATTR_ERROR_TYPE] !== undefined) span.setStatus({ code: ERROR });
  return span;
}

function parentContext(creation: CloseRecord['creation']): Context {
  return creation ? trace.setSpanContext(ROOT_CONTEXT, creation) : ROOT_CONTEXT;
}
