/** Loads the protobuf format, which holds OpenTelemetry's serializer. Rejects where no chunk can be loaded. */
export const loadProtobuf = () => import('@closespan/browser/protobuf');

/** Loads the metrics of a page, which hold OpenTelemetry's metrics SDK. Rejects where no chunk can be loaded. */
export const loadMetrics = () => import('@closespan/browser/metrics');
