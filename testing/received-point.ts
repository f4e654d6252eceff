import type { OtlpBody } from './otlp-body.ts';
import { type AttributeMap, plainAttributes } from './plain-attributes.ts';

/** A data point of a metric as a receiver got it. */
export interface ReceivedPoint {
  /** Name of the metric. */
  readonly name: string;
  readonly unit: string;
  readonly attributes: AttributeMap;
  /** The value of a sum or gauge; of a histogram, the count. */
  readonly value: number;
  /** The sum of a histogram's values; `undefined` for other metrics. */
  readonly sum: number | undefined;
  /** The edges of a histogram's buckets; `undefined` for other metrics. */
  readonly bounds: readonly number[] | undefined;
}

/** Reads the data points of an export request, in the order of the body. */
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
