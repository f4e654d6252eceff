/** A name of OpenTelemetry as a Prometheus label spells it. @example 'websocket_close_code' */
export function labelName(attribute: string): string {
  return attribute.replace(/[^a-zA-Z0-9_]/g, '_');
}

/** A counter as the Collector's Prometheus exporter spells it. @example 'websocket_client_closes_total' */
export function counterName(metric: string): string {
  return `${labelName(metric)}_total`;
}

/** The parts of a histogram in seconds. @example 'websocket_client_connection_duration_seconds_bucket' */
export function secondsHistogramName(metric: string, part: 'bucket' | 'count'): string {
  return `${labelName(metric)}_seconds_${part}`;
}
