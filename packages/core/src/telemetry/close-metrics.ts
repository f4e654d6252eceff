import type { Attributes, Counter, Meter } from '@opentelemetry/api';
import type { CloseRecord } from '../record/close-record.ts';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_TEMPLATE,
  ATTR_WEBSOCKET_CLOSE_CATEGORY,
  ATTR_WEBSOCKET_CLOSE_CAUSE,
  ATTR_WEBSOCKET_CLOSE_CODE,
  ATTR_WEBSOCKET_CLOSE_INITIATOR,
  ATTR_WEBSOCKET_CLOSE_NAME,
  ATTR_WEBSOCKET_CLOSE_WAS_CLEAN,
} from '../semconv.ts';
import { createCloseInstruments } from './close-instruments.ts';
import type { LabelLimits } from './label-limits.ts';
import { createOutcomeCounter } from './outcome-counter.ts';

/** Counts closes and measures connections and handshakes. Metrics are never sampled. */
export interface CloseMetrics {
  /** Adds a close: measures its durations at once, and counts it at the next call of `count`. */
  add(record: CloseRecord, errorType: string | undefined): void;
  /**
   * Counts the closes added since the last call. Closes with equal labels are counted together, since a metric store
   * looks labels up at each call.
   * @param exported number of closes whose spans were handed to a provider
   * @param dropped number of closes that could not be kept
   */
  count(exported: number, dropped: number): void;
  /** Measures a handshake that no connection followed: a server refused it. */
  addHandshake(record: CloseRecord, errorType: string | undefined): void;
}

/** Number of values that become labels in a page, of codes outside 1000-1015 and of hosts. */
const DISTINCT_VALUES = 50;

/** Labels of the server that all metrics of a record share, and a text that no other server has. */
interface Place {
  readonly labels: Attributes;
  readonly key: string;
}

/**
 * Makes the instruments of client and server.
 * @param limits bounds the labels. Absent: the first values become labels, which is enough for the peers of a page
 */
export function createCloseMetrics(meter: Meter, limits: LabelLimits = firstValues()): CloseMetrics {
  const instruments = createCloseInstruments(meter);
  const addOutcome = createOutcomeCounter(meter);
  const counted = new Map<string, { closes: Counter; labels: Attributes; count: number }>();

  /** Measures the handshake; the error of a later close is not one of the handshake. */
  function addHandshake(record: CloseRecord, errorType = ''): Place {
    const { kind, handshakeDuration, httpStatusCode: status } = record;
    const { address, port } = record.endpoint;
    const labels: Attributes = {};
    let key = '';
    if (address && limits.allowsHost(record)) {
      key = `${address}\n${port}`;
      labels[ATTR_SERVER_ADDRESS] = address;
      if (port) labels[ATTR_SERVER_PORT] = port;
    }
    if (handshakeDuration !== undefined) {
      const attributes = { ...labels };
      const error = record.handshakeSucceeded ? '' : errorType;
      if (error) attributes[ATTR_ERROR_TYPE] = error;
      if (status) attributes[ATTR_HTTP_RESPONSE_STATUS_CODE] = status;
      const metric = instruments[kind].handshakeDuration;
      const bounded = limits.within(metric, `${key}\n${error}\n${status}`, attributes, record);
      metric.record(handshakeDuration / 1000, bounded);
    }
    return { labels, key };
  }

  return {
    addHandshake,
    add(record, errorType) {
      const { kind, endpoint, code, initiator, cause, wasClean } = record;
      const { closes, connectionDuration } = instruments[kind];
      const { labels: place, key: placeKey } = addHandshake(record, errorType);
      const { template } = endpoint;
      if (errorType) place[ATTR_ERROR_TYPE] = errorType;
      if (template) place[ATTR_URL_TEMPLATE] = template;
      const openKey = `${placeKey}\n${errorType}\n${template}`;
      if (record.connectionDuration !== undefined) {
        const labels = limits.within(connectionDuration, openKey, place, record);
        connectionDuration.record(record.connectionDuration / 1000, labels);
      }
      const known = limits.allowsCode(record);
      const key = [kind, openKey, known ? code : 'other', record.category, initiator, cause, wasClean].join(
        '\n',
      );
      let group = counted.get(key);
      if (!group) {
        const all = {
          ...place,
          [ATTR_WEBSOCKET_CLOSE_CODE]: known ? code : 'other',
          [ATTR_WEBSOCKET_CLOSE_NAME]: known ? record.name : 'other',
          [ATTR_WEBSOCKET_CLOSE_CATEGORY]: record.category,
          [ATTR_WEBSOCKET_CLOSE_CAUSE]: cause,
          [ATTR_WEBSOCKET_CLOSE_INITIATOR]: initiator,
          [ATTR_WEBSOCKET_CLOSE_WAS_CLEAN]: wasClean,
        };
        const labels = limits.within(closes, key, all, record);
        group = { closes, labels, count: 0 };
        counted.set(key, group);
      }
      group.count++;
    },
    count(exported, dropped) {
      for (const [key, { closes, labels, count }] of counted) {
        counted.delete(key);
        closes.add(count, labels);
      }
      if (exported > 0) addOutcome('exported', exported);
      if (dropped > 0) addOutcome('dropped', dropped);
    },
  };
}

/** Makes limits by which the first values become labels. */
function firstValues(): LabelLimits {
  const isFirstCode = firstDistinct<number>();
  const isFirstHost = firstDistinct<string>();
  return {
    allowsHost: ({ endpoint: { address, port } }) => isFirstHost(address + port),
    allowsCode: ({ code }) => (code >= 1000 && code < 1016) || isFirstCode(code),
    within: (_metric, _key, labels) => labels,
  };
}

/** Makes a check that holds for the first different values, and for no others. */
function firstDistinct<T>(): (value: T) => boolean {
  const seen = new Set<T>();
  return (value) => seen.has(value) || (seen.size < DISTINCT_VALUES && Boolean(seen.add(value)));
}
