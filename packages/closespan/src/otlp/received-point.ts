import { enumOf, numberOf, objectOf, objectsOf, textOf, timeOf } from './foreign-values.ts';
import type { OtlpBody } from './otlp-body.ts';
import { type AttributeMap, plainAttributes } from './plain-attributes.ts';

/** Data point of a metric, as a receiver got the point. */
export interface ReceivedPoint {
  /** Name of the metric. */
  readonly name: string;
  readonly unit: string;
  readonly attributes: AttributeMap;
  /** Value of a sum or gauge. For a histogram, the count of its values. */
  readonly value: number;
  /** Sum of a histogram's values. `undefined` for other metrics. */
  readonly sum: number | undefined;
  /** Edges of a histogram's buckets. `undefined` for other metrics. */
  readonly bounds: readonly number[] | undefined;
  /** Time of the point, in epoch milliseconds. All points of one collection have one time. */
  readonly time: number;
  /** Whether the value is the change since the point before (delta temporality), and not the whole value. */
  readonly isDelta: boolean;
  readonly resource: AttributeMap;
}

const TEMPORALITIES: readonly string[] = ['UNSPECIFIED', 'DELTA', 'CUMULATIVE'].map(
  (name) => `AGGREGATION_TEMPORALITY_${name}`,
);
const DELTA = 1;

/**
 * Returns the data points of an export request one after the other, in the order of the body. What is of a wrong type
 * counts as absent. Never throws.
 */
export function* receivedPoints(body: OtlpBody): Generator<ReceivedPoint, void, undefined> {
  for (const { resource: of, scopeMetrics } of objectsOf(body.resourceMetrics)) {
    const resource = plainAttributes(objectOf(of)['attributes']);
    for (const { metrics } of objectsOf(scopeMetrics))
      for (const metric of objectsOf(metrics)) yield* pointsOf(metric, resource);
  }
}

function* pointsOf(
  { name, unit, sum, gauge, histogram }: Readonly<Record<string, unknown>>,
  resource: AttributeMap,
): Generator<ReceivedPoint, void, undefined> {
  const { dataPoints, aggregationTemporality } = objectOf(sum ?? gauge ?? histogram);
  for (const point of objectsOf(dataPoints)) {
    const bounds = point['explicitBounds'];
    yield {
      name: textOf(name),
      unit: textOf(unit),
      attributes: plainAttributes(point['attributes']),
      value: numberOf(point['asInt'] ?? point['asDouble'] ?? point['count']),
      sum: point['sum'] == null ? undefined : numberOf(point['sum']),
      bounds: Array.isArray(bounds) ? bounds.map(numberOf) : undefined,
      time: timeOf(point['timeUnixNano']),
      isDelta: enumOf(aggregationTemporality, TEMPORALITIES) === DELTA,
      resource,
    };
  }
}
