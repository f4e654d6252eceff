import {
  ATTR_REASON,
  ATTR_WEBSOCKET_CONNECTION_AGE_GROUP,
  METRIC_WEBSOCKET_CLIENT_CONNECTION_ACTIVE,
  METRIC_WEBSOCKET_CLIENT_CONNECTION_SILENT,
  METRIC_WEBSOCKET_SERVER_CONNECTION_ACTIVE,
  METRIC_WEBSOCKET_SERVER_CONNECTION_SILENT,
} from '@closespan/core';
import type { LabelLimits } from '@closespan/core/platform';
import {
  type Attributes,
  type BatchObservableResult,
  type Meter,
  type ObservableUpDownCounter,
  ValueType,
} from '@opentelemetry/api';
import type { ConnectionGroup } from './connection-groups.ts';
import { AGE_GROUPS, type OpenCount, SILENT } from './count-open.ts';

/** Numbers of open connections with one set of labels. */
interface LabelSet {
  readonly instrument: ObservableUpDownCounter;
  readonly labels: Attributes;
  count: number;
}

/** Labels of each place in a group's counts, beside those of the group. */
const LABELS: readonly Attributes[] = [
  ...AGE_GROUPS.map((name) => ({ [ATTR_WEBSOCKET_CONNECTION_AGE_GROUP]: name })),
  {},
  { [ATTR_REASON]: 'ping' },
];

/**
 * Starts the metrics of open connections on a meter. The connections are counted whenever the meter's metrics are
 * collected.
 * @returns stop, a function that ends the metrics: the next collection gets zeros, and no later collection counts
 */
export function startOpenGauges(meter: Meter, limits: LabelLimits, { count }: OpenCount): () => void {
  const active = {
    client: createGauge(meter, METRIC_WEBSOCKET_CLIENT_CONNECTION_ACTIVE, 'Open WebSocket connections'),
    server: createGauge(meter, METRIC_WEBSOCKET_SERVER_CONNECTION_ACTIVE, 'Open WebSocket connections'),
  };
  const silent = {
    client: createGauge(meter, METRIC_WEBSOCKET_CLIENT_CONNECTION_SILENT, 'Open connections of silent peers'),
    server: createGauge(meter, METRIC_WEBSOCKET_SERVER_CONNECTION_SILENT, 'Open connections of silent peers'),
  };
  const instruments = [...Object.values(active), ...Object.values(silent)];
  // A metric store repeats the last value of a set that gets no new one, so every set is observed for good.
  const sets = new Map<string, LabelSet>();
  let isStopped = false;

  function add(
    instrument: ObservableUpDownCounter,
    key: string,
    labels: Attributes,
    group: ConnectionGroup,
    count: number,
  ): void {
    const within = limits.within(instrument, key, labels, group.labelled);
    const setKey = within === labels ? key : `${group.labelled.kind}\n${JSON.stringify(within)}`;
    const set = sets.get(setKey) ?? { instrument, labels: within, count: 0 };
    sets.set(setKey, set);
    set.count += count;
  }

  async function observe(result: BatchObservableResult): Promise<void> {
    const groups = await (isStopped ? [] : count());
    for (const set of sets.values()) set.count = 0;
    for (const group of isStopped ? [] : groups) {
      group?.counted.forEach((number, place) => {
        if (number === 0) return;
        const { kind } = group.labelled;
        const instrument = place < SILENT ? active[kind] : silent[kind];
        add(instrument, `${group.key}\n${place}`, { ...group.labels, ...LABELS[place] }, group, number);
      });
    }
    for (const { instrument, labels, count } of sets.values()) result.observe(instrument, count, labels);
    if (isStopped) meter.removeBatchObservableCallback(observe, instruments);
  }

  meter.addBatchObservableCallback(observe, instruments);
  return () => {
    isStopped = true;
    if (sets.size === 0) meter.removeBatchObservableCallback(observe, instruments);
  };
}

function createGauge(meter: Meter, name: string, description: string): ObservableUpDownCounter {
  return meter.createObservableUpDownCounter(name, {
    unit: '{connection}',
    description,
    valueType: ValueType.INT,
  });
}
