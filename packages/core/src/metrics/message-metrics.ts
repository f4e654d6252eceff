import type { Attributes, Counter, Meter } from '@opentelemetry/api';
import type { CloseRecord } from '../record/close-record.ts';
import {
  ATTR_WEBSOCKET_MESSAGE_RECEIVED_COUNT,
  ATTR_WEBSOCKET_MESSAGE_RECEIVED_SIZE,
  ATTR_WEBSOCKET_MESSAGE_SENT_COUNT,
  ATTR_WEBSOCKET_MESSAGE_SENT_SIZE,
  METRIC_WEBSOCKET_CLIENT_MESSAGE_RECEIVED_COUNT,
  METRIC_WEBSOCKET_CLIENT_MESSAGE_RECEIVED_SIZE,
  METRIC_WEBSOCKET_CLIENT_MESSAGE_SENT_COUNT,
  METRIC_WEBSOCKET_CLIENT_MESSAGE_SENT_SIZE,
  METRIC_WEBSOCKET_SERVER_MESSAGE_RECEIVED_COUNT,
  METRIC_WEBSOCKET_SERVER_MESSAGE_RECEIVED_SIZE,
  METRIC_WEBSOCKET_SERVER_MESSAGE_SENT_COUNT,
  METRIC_WEBSOCKET_SERVER_MESSAGE_SENT_SIZE,
} from '../semconv.ts';

/**
 * Adds the messages of a connection to the metrics, when the connection has closed.
 * @param labelsFor returns the labels for a metric, within the metric's limit
 */
export type MeasureMessages = (record: CloseRecord, labelsFor: (metric: object) => Attributes) => void;

/** Makes the counters of messages, for the option `messages`. */
export type CreateMessageMetrics = (meter: Meter) => MeasureMessages;

/** Makes counters that have the values of the attributes `websocket.message.*`, summed over connections. */
export const createMessageMetrics: CreateMessageMetrics = (meter) => {
  const counters = {
    client: createCounters(
      meter,
      METRIC_WEBSOCKET_CLIENT_MESSAGE_RECEIVED_COUNT,
      METRIC_WEBSOCKET_CLIENT_MESSAGE_RECEIVED_SIZE,
      METRIC_WEBSOCKET_CLIENT_MESSAGE_SENT_COUNT,
      METRIC_WEBSOCKET_CLIENT_MESSAGE_SENT_SIZE,
    ),
    server: createCounters(
      meter,
      METRIC_WEBSOCKET_SERVER_MESSAGE_RECEIVED_COUNT,
      METRIC_WEBSOCKET_SERVER_MESSAGE_RECEIVED_SIZE,
      METRIC_WEBSOCKET_SERVER_MESSAGE_SENT_COUNT,
      METRIC_WEBSOCKET_SERVER_MESSAGE_SENT_SIZE,
    ),
  };
  return ({ kind, furtherAttributes = {} }, labelsFor) => {
    for (const [attribute, counter] of counters[kind]) {
      const value = furtherAttributes[attribute];
      if (typeof value === 'number') counter.add(value, labelsFor(counter));
    }
  };
};

function createCounters(
  meter: Meter,
  receivedCount: string,
  receivedSize: string,
  sentCount: string,
  sentSize: string,
): readonly (readonly [attribute: string, counter: Counter])[] {
  const messages = (name: string, description: string) =>
    meter.createCounter(name, { unit: '{message}', description });
  const bytes = (name: string, description: string) => meter.createCounter(name, { unit: 'By', description });
  return [
    [ATTR_WEBSOCKET_MESSAGE_RECEIVED_COUNT, messages(receivedCount, 'Messages received')],
    [ATTR_WEBSOCKET_MESSAGE_RECEIVED_SIZE, bytes(receivedSize, 'Payload received')],
    [ATTR_WEBSOCKET_MESSAGE_SENT_COUNT, messages(sentCount, 'Messages sent')],
    [ATTR_WEBSOCKET_MESSAGE_SENT_SIZE, bytes(sentSize, 'Payload sent')],
  ];
}
