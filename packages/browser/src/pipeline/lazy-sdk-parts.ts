/**
 * Loads the protobuf format, which contains OpenTelemetry's serializer. The promise rejects if the chunk cannot be
 * loaded.
 */
export const loadProtobuf = () => import('@closespan/browser/protobuf');

/**
 * Loads the code for the metrics of a page, which contains OpenTelemetry's metrics SDK. The promise rejects if the
 * chunk cannot be loaded.
 */
export const loadMetrics = () => import('@closespan/browser/metrics');
