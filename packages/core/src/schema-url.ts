/**
 * Options of every tracer and meter of closespan: the schema URL of its OpenTelemetry instrumentation scope. The URL is the
 * address of a schema file, and its last part is the version of the names and meanings of all spans and metrics.
 * @see https://opentelemetry.io/docs/specs/otel/schemas/#schema-url
 */
export const SCHEMA: Readonly<Record<'schemaUrl', string>> = {
  schemaUrl: 'https://github.com/closespan/closespan/raw/main/schemas/0.1.0',
};
