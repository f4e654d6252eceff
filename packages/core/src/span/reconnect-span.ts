import type { Attributes, SpanStatusCode } from '@opentelemetry/api';
import type { Chain } from '../record/chain.ts';
import type { PendingClose } from '../record/close-facts.ts';
import type { CloseRecord } from '../record/close-record.ts';
import type { Endpoint } from '../record/endpoint.ts';
import {
  ATTR_WEBSOCKET_RECONNECT_ATTEMPTS,
  ATTR_WEBSOCKET_RECONNECT_CAUSES,
  SPAN_WEBSOCKET_RECONNECT,
} from '../semconv.ts';
import { type CloseSpan, closeSpanOf } from './close-span.ts';

// A number of the API's enum: a page would load the enum's object.
const OK: SpanStatusCode.OK = 1;

/** Returns the content of the span of an outage, which an opening or the end of the page or process has ended. */
export function reconnectSpanOf(
  { connection, closeTime, isOpening }: PendingClose,
  { loss, attempts, causes }: Chain,
  endpoint: Endpoint,
): CloseSpan {
  const furtherAttributes: Attributes = {};
  furtherAttributes[ATTR_WEBSOCKET_RECONNECT_ATTEMPTS] = attempts;
  if (causes?.size) furtherAttributes[ATTR_WEBSOCKET_RECONNECT_CAUSES] = [...causes];
  // A record of which nothing but these members is known.
  const record = {
    kind: 'client',
    endpoint,
    connectionId: connection.connectionId,
    cause: loss.cause,
    closingTime: loss.closeTime,
    // The wall clock may have been set back.
    closeTime: Math.max(loss.closeTime, closeTime),
    furtherAttributes,
  } as unknown as CloseRecord;
  const errorType = isOpening ? undefined : loss.cause;
  const span = closeSpanOf(record, errorType, {}, loss.span, SPAN_WEBSOCKET_RECONNECT);
  return isOpening ? { ...span, status: { code: OK } } : span;
}
