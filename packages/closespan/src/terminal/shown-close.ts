import {
  ATTR_URL_FULL,
  ATTR_URL_PATH,
  ATTR_WEBSOCKET_CLOSE_CAUSE,
  ATTR_WEBSOCKET_CLOSE_CODE,
  ATTR_WEBSOCKET_CLOSE_NAME,
  ATTR_WEBSOCKET_CONNECTION_DURATION,
  ATTR_WEBSOCKET_CONNECTION_ID,
  ATTR_WEBSOCKET_RECONNECT_ATTEMPT,
  type CloseCategory,
  describeCloseCode,
} from '@closespan/core';
import { reasonOf, serviceOf } from '../closes/close-texts.ts';
import type { ReceivedSpan } from '../otlp/received-span.ts';
import { cleanText } from './clean-text.ts';

/** Facts that the terminal shows of a close. Texts are bounded, and safe within a line. A fact that is not known is empty. */
export interface ShownClose {
  /** End of the connection that was observed. Empty if not known. */
  readonly side: 'client' | 'server' | '';
  readonly code: number | undefined;
  readonly name: string;
  readonly category: CloseCategory;
  /** Whether the close counts as an error. */
  readonly abnormal: boolean;
  readonly cause: string;
  /** Text of the Close frame, or else the reason that this end gave with the same code. */
  readonly reason: string;
  readonly url: string;
  /** Seconds from open to close. `undefined` for a connection that never opened. */
  readonly lifetime: number | undefined;
  /** Number of the connection since the last one that was open. */
  readonly attempt: number | undefined;
  readonly service: string;
  readonly connectionId: string;
  /** Time of the close, in epoch milliseconds. `undefined` if not known. */
  readonly time: number | undefined;
}

/** Members of a span from which a close is shown. */
export type ShownSpan = Pick<ReceivedSpan, 'attributes' | 'resource' | 'kind' | 'endTime' | 'statusCode'>;

const SIDES: Readonly<Record<number, 'client' | 'server'>> = { 2: 'server', 3: 'client' };
const ERROR = 2;
/** Largest time that a `Date` has, in epoch milliseconds. */
const LAST_TIME = 8.64e15;

/** Reads what the terminal shows of a close. Never throws. */
export function shownClose({ attributes, resource, kind, endTime, statusCode }: ShownSpan): ShownClose {
  const code = numberOf(attributes[ATTR_WEBSOCKET_CLOSE_CODE]);
  const known = describeCloseCode(code ?? Number.NaN);
  return {
    side: SIDES[kind] ?? '',
    code,
    name: cleanText(attributes[ATTR_WEBSOCKET_CLOSE_NAME], 48) || (code === undefined ? '' : known.name),
    category: known.category,
    abnormal: statusCode === ERROR,
    cause: cleanText(attributes[ATTR_WEBSOCKET_CLOSE_CAUSE], 48),
    reason: cleanText(reasonOf(attributes), 123),
    url: cleanText(attributes[ATTR_URL_FULL]) || cleanText(attributes[ATTR_URL_PATH]),
    lifetime: numberOf(attributes[ATTR_WEBSOCKET_CONNECTION_DURATION]),
    attempt: numberOf(attributes[ATTR_WEBSOCKET_RECONNECT_ATTEMPT]),
    service: cleanText(serviceOf(resource), 48),
    connectionId: cleanText(attributes[ATTR_WEBSOCKET_CONNECTION_ID], 48),
    time: Math.abs(endTime) <= LAST_TIME ? endTime : undefined,
  };
}

/** Returns a finite number that is not negative. The text of a whole number counts, as some formats write numbers. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && number >= 0 && number < Number.POSITIVE_INFINITY ? number : undefined;
}
