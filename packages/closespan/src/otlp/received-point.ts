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
}

/** Returns the data points of an export request, in the order of the body. */
export function receivedPoints({ resourceMetrics = [] }: OtlpBody): ReceivedPoint[] {
  return resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap(({ name, unit = '', sum, gauge, histogram }) =>
        (sum ?? gauge ?? histogram ?? { dataPoints: [] }).dataPoints.map((point) => ({
          name,
          unit,
          attributes: plainAttributes(point.attributes),
          value: Number(point.asInt ?? point.asDouble ?? point.count),
          sum: point.sum,
          bounds: point.explicitBounds,
        })),
      ),
    ),
  );
}
