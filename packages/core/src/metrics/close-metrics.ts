import type { Attributes, Counter, Meter } from '@opentelemetry/api';
import type { WebSocketOptions } from '../options.ts';
import type { Chain } from '../record/chain.ts';
import type { PendingClose } from '../record/close-facts.ts';
import type { CloseRecord } from '../record/close-record.ts';
import type { Endpoint } from '../record/endpoint.ts';
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
  ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED,
} from '../semconv.ts';
import { createCloseInstruments } from './close-instruments.ts';
import { firstValues } from './first-values.ts';
import type { LabelLimits, Labelled } from './label-limits.ts';
import type { CreateMessageMetrics, MeasureMessages } from './message-metrics.ts';
import { createOutcomeCounter } from './outcome-counter.ts';
import { createOwnLabels } from './own-labels.ts';

/** Counts closes, and measures the duration of connections and handshakes. Sampling does not reduce metrics. */
export interface CloseMetrics {
  /** Adds a close. Its durations are measured at once. The close is counted at the next call of `count`. */
  add(record: CloseRecord, errorType: string | undefined): void;
  /**
   * Counts the closes that were added since the last call. Closes with equal labels are counted together, since a
   * metric store looks labels up at each call.
   * @param exported number of closes whose spans were passed to a provider
   * @param dropped number of closes whose spans were dropped
   */
  count(exported: number, dropped: number): void;
  /** Measures a handshake that a server refused, so that no connection followed. */
  addHandshake(record: CloseRecord, errorType: string | undefined): void;
  /**
   * Measures the time from a loss to the opening that has ended the outage.
   * @param endpoint parts of the URL of the connection that has opened
   */
  addOutage(opening: PendingClose, outage: Chain, endpoint: Endpoint): void;
}

/** Functions that make metrics which only an option wants. */
export interface MoreMetrics {
  /** Makes the counters of messages. Absent without the option `messages`. */
  readonly createMessageMetrics?: CreateMessageMetrics | undefined;
}

/** Labels of a server that all metrics of a record share, with a text (`key`) that no other server has. */
interface Place {
  readonly labels: Attributes;
  readonly key: string;
}

/**
 * Makes the counters and histograms for connections of clients and servers.
 * @param limits limits for metric labels. By default, the first values become labels, which is enough for the few
 * servers of a page
 * @param metricAttributes returns labels of the app's own for the counters of closes
 * @param more makes the counters of messages, if messages are counted. A page loads this function later than the rest
 */
export function createCloseMetrics(
  meter: Meter,
  limits: LabelLimits = firstValues(),
  metricAttributes?: WebSocketOptions['metricAttributes'],
  more: MoreMetrics = {},
): CloseMetrics {
  const instruments = createCloseInstruments(meter);
  const addOutcome = createOutcomeCounter(meter);
  const ownLabels = createOwnLabels(metricAttributes);
  let measureMessages: MeasureMessages | undefined;
  const counted = new Map<string, { closes: Counter; labels: Attributes; count: number }>();

  /** Returns labels for the server. There are none if its host must not become a label. */
  function placeOf(record: Labelled): Place {
    const { address, port } = record.endpoint;
    const labels: Attributes = {};
    let key = '';
    if (address && limits.allowsHost(record)) {
      key = `${address}\n${port}`;
      labels[ATTR_SERVER_ADDRESS] = address;
      if (port) labels[ATTR_SERVER_PORT] = port;
    }
    return { labels, key };
  }

  /**
   * Measures the handshake of a connection. An error of a later close does not count as an error of the handshake.
   * Returns labels for the server.
   */
  function addHandshake(record: CloseRecord, errorType = ''): Place {
    const { kind, handshakeDuration, httpStatusCode: status } = record;
    const { labels, key } = placeOf(record);
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
    addOutage({ closedAt }, { loss }, endpoint) {
      const record: Labelled = { kind: 'client', endpoint, code: 1006, requestedCode: undefined };
      const { template } = endpoint;
      const { cause = 'unknown' } = loss;
      const { labels, key } = placeOf(record);
      labels[ATTR_WEBSOCKET_CLOSE_CAUSE] = cause;
      if (template) labels[ATTR_URL_TEMPLATE] = template;
      const metric = instruments.reconnectDowntime;
      const bounded = limits.within(metric, `${key}\n${cause}\n${template}`, labels, record);
      metric.record((closedAt - loss.closedAt) / 1000, bounded);
    },
    add(record, errorType) {
      const { kind, endpoint, code, initiator, cause, wasClean, handshakeSucceeded } = record;
      const { closes, connectionDuration } = instruments[kind];
      const { labels: place, key: placeKey } = addHandshake(record, errorType);
      const { template } = endpoint;
      if (template) place[ATTR_URL_TEMPLATE] = template;
      measureMessages ??= more.createMessageMetrics?.(meter);
      measureMessages?.(record, (metric) =>
        limits.within(metric, `${placeKey}\n${template}`, { ...place }, record),
      );
      if (errorType) place[ATTR_ERROR_TYPE] = errorType;
      const openKey = `${placeKey}\n${errorType}\n${template}`;
      if (record.connectionDuration !== undefined) {
        const labels = limits.within(connectionDuration, openKey, place, record);
        connectionDuration.record(record.connectionDuration / 1000, labels);
      }
      const known = limits.allowsCode(record);
      const [label, name] = known ? [code, record.name] : ['other', 'other'];
      // One code has several names if several protocols use it.
      const parts = [
        kind,
        openKey,
        label,
        name,
        record.category,
        initiator,
        cause,
        wasClean,
        handshakeSucceeded,
      ];
      const ownKey = parts.join('\n');
      const own = ownLabels(record, ownKey);
      const key = own ? ownKey + JSON.stringify(own) : ownKey;
      let group = counted.get(key);
      if (!group) {
        const all = {
          ...own,
          ...place,
          [ATTR_WEBSOCKET_CLOSE_CODE]: label,
          [ATTR_WEBSOCKET_CLOSE_NAME]: name,
          [ATTR_WEBSOCKET_CLOSE_CATEGORY]: record.category,
          [ATTR_WEBSOCKET_CLOSE_CAUSE]: cause,
          [ATTR_WEBSOCKET_CLOSE_INITIATOR]: initiator,
          [ATTR_WEBSOCKET_CLOSE_WAS_CLEAN]: wasClean,
          [ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED]: handshakeSucceeded,
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
