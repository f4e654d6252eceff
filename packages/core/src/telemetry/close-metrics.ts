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

/** Number of close codes outside 1000-1015 that become labels as they are; later ones are `other`. */
const DISTINCT_CODES = 50;
/** Number of hosts of a server that become labels; closes of later ones have no such label. */
const DISTINCT_HOSTS = 50;

/** Makes the instruments of client and server. */
export function createCloseMetrics(meter: Meter): CloseMetrics {
  const instruments = createCloseInstruments(meter);
  // Peers choose close codes, and clients choose the Host of a server: neither may fill the metric store.
  const isKnownCode = firstDistinct<number>(DISTINCT_CODES);
  const isKnownHost = firstDistinct<string>(DISTINCT_HOSTS);
  const addOutcome = createOutcomeCounter(meter);
  const counted = new Map<string, { closes: Counter; labels: Attributes; count: number }>();

  /**
   * Measures the handshake; the error of a later close is not one of the handshake. Returns the labels that all metrics
   * of the record share.
   */
  function addHandshake(record: CloseRecord, errorType: string | undefined): Attributes {
    const { kind, handshakeDuration, httpStatusCode: status } = record;
    const { address, port } = record.endpoint;
    const place: Attributes = {};
    if (address && (kind === 'client' || isKnownHost(address + port))) {
      place[ATTR_SERVER_ADDRESS] = address;
      if (port) place[ATTR_SERVER_PORT] = port;
    }
    if (handshakeDuration !== undefined) {
      const attributes = { ...place };
      if (errorType && !record.handshakeSucceeded) attributes[ATTR_ERROR_TYPE] = errorType;
      if (status) attributes[ATTR_HTTP_RESPONSE_STATUS_CODE] = status;
      instruments[kind].handshakeDuration.record(handshakeDuration / 1000, attributes);
    }
    return place;
  }

  return {
    addHandshake,
    add(record, errorType) {
      const { kind, endpoint, code, initiator, cause, wasClean } = record;
      const { closes, connectionDuration } = instruments[kind];
      const place = addHandshake(record, errorType);
      if (errorType) place[ATTR_ERROR_TYPE] = errorType;
      if (endpoint.template) place[ATTR_URL_TEMPLATE] = endpoint.template;
      if (record.connectionDuration !== undefined) {
        connectionDuration.record(record.connectionDuration / 1000, place);
      }
      const key = JSON.stringify([kind, place, code, initiator, cause, wasClean]);
      let group = counted.get(key);
      if (!group) {
        const known = (code >= 1000 && code < 1016) || isKnownCode(code);
        const labels = {
          ...place,
          [ATTR_WEBSOCKET_CLOSE_CODE]: known ? code : 'other',
          [ATTR_WEBSOCKET_CLOSE_NAME]: known ? record.name : 'other',
          [ATTR_WEBSOCKET_CLOSE_CATEGORY]: record.category,
          [ATTR_WEBSOCKET_CLOSE_CAUSE]: cause,
          [ATTR_WEBSOCKET_CLOSE_INITIATOR]: initiator,
          [ATTR_WEBSOCKET_CLOSE_WAS_CLEAN]: wasClean,
        };
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

/** Makes a check that holds for the first `limit` different values, and for no others. */
function firstDistinct<T>(limit: number): (value: T) => boolean {
  const seen = new Set<T>();
  return (value) => seen.has(value) || (seen.size < limit && Boolean(seen.add(value)));
}
