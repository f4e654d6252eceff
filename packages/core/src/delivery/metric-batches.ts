import type { DataPoint, MetricData, ResourceMetrics, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { Division } from './divided-export.ts';
import { attributesBytes, textBytes } from './json-size.ts';
import { groupsOf, halvesOf, packItems } from './pack-items.ts';

/** Data point with the metric, scope and resource that the point belongs to. */
interface Point {
  readonly all: ResourceMetrics;
  readonly scope: ScopeMetrics;
  readonly metric: MetricData;
  readonly point: DataPoint<unknown>;
}

/** Size of a data point in JSON without attributes and buckets, in bytes. */
const POINT_BYTES = 400;
/** Size of a bucket and its limit in JSON, in bytes. */
const BUCKET_BYTES = 48;

/** Divides metrics into batches of at most 1 MB in JSON. A batch with a single data point may be longer. */
export const METRIC_DIVISION: Division<ResourceMetrics> = {
  batchesOf: (all) =>
    packItems(pointsOf(all), pointBytes, POINT_BYTES + attributesBytes(all.resource.attributes)).map(
      metricsOf,
    ),
  halvesOf: (all) => halvesOf(pointsOf(all)).map(metricsOf),
};

function pointsOf(all: ResourceMetrics): Point[] {
  return all.scopeMetrics.flatMap((scope) =>
    scope.metrics.flatMap((metric) => metric.dataPoints.map((point) => ({ all, scope, metric, point }))),
  );
}

/** Returns metrics that contain the given data points. The points are in the order of `pointsOf`. */
function metricsOf(points: readonly Point[]): ResourceMetrics {
  const [first] = points as [Point];
  const scopes = groupsOf(points, ({ scope }) => scope).map(([scope, inScope]) => ({
    ...scope,
    metrics: groupsOf(inScope, ({ metric }) => metric).map(
      ([metric, inMetric]) =>
        // The points are those of the metric, so the type of the copy is that of the metric.
        Object.assign({}, metric, { dataPoints: inMetric.map(({ point }) => point) }) as MetricData,
    ),
  }));
  return { ...first.all, scopeMetrics: scopes };
}

/**
 * Returns an estimate of a data point's size in JSON, in bytes. Name and unit of the metric count for each point. The
 * estimate is never too small.
 */
function pointBytes({ metric: { descriptor }, point: { attributes, value } }: Point): number {
  const { name, description, unit } = descriptor;
  const { buckets } = Object(value) as { buckets?: { counts?: readonly number[] } };
  const bucketBytes = (buckets?.counts?.length ?? 0) * BUCKET_BYTES;
  return POINT_BYTES + textBytes(name + description + unit) + attributesBytes(attributes) + bucketBytes;
}
