import {
  ATTR_SERVER_ADDRESS,
  ATTR_URL_PATH,
  ATTR_WEBSOCKET_RECONNECT_ATTEMPTS,
  ATTR_WEBSOCKET_RECONNECT_CAUSES,
} from '@closespan/core';
import { serviceOf } from '../../../closes/close-texts.ts';
import type { ReceivedSpan } from '../../../otlp/received-span.ts';

/** Outage of a client as the page shows the outage. */
export interface PageOutage {
  readonly number: number;
  readonly span: ReceivedSpan;
  readonly host: string;
  readonly path: string;
  readonly service: string;
  /** Seconds from the loss to the opening, or to the end of the page or process. */
  readonly downtime: number;
  readonly attempts: number;
  readonly causes: readonly string[];
  /** Whether the client connected again. */
  readonly isOver: boolean;
}

/** Reads the outage of a span. */
export function pageOutage(number: number, span: ReceivedSpan): PageOutage {
  const { attributes, resource, startTime, endTime, statusCode } = span;
  const causes = attributes[ATTR_WEBSOCKET_RECONNECT_CAUSES];
  return {
    number,
    span,
    host: String(attributes[ATTR_SERVER_ADDRESS] ?? ''),
    path: String(attributes[ATTR_URL_PATH] ?? ''),
    service: serviceOf(resource),
    downtime: Math.max(endTime - startTime, 0) / 1000,
    attempts: Number(attributes[ATTR_WEBSOCKET_RECONNECT_ATTEMPTS]) || 0,
    causes: Array.isArray(causes) ? causes.map(String) : [],
    isOver: statusCode !== 2,
  };
}
