import { diag, NAME, withoutSecrets } from '@closespan/core/platform';

/** Values that the built-in pipeline supports, by OpenTelemetry's variable. The first value replaces any other value. */
const SPOKEN: Readonly<Record<string, readonly [string, ...string[]]>> = {
  OTEL_EXPORTER_OTLP_PROTOCOL: ['http/json'],
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: ['http/json'],
  OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: ['http/json'],
  OTEL_TRACES_EXPORTER: ['otlp', 'none'],
  OTEL_METRICS_EXPORTER: ['otlp', 'none'],
};

/** Logs one `diag.warn` for each variable that asks for a protocol or exporter which the built-in pipeline lacks. */
export function warnOfUnspoken(env: Readonly<Record<string, string | undefined>>): void {
  for (const [variable, spoken] of Object.entries(SPOKEN)) {
    const text = env[variable];
    if (text && !spoken.includes(text)) {
      diag.warn(
        `${NAME}: ${variable}=${withoutSecrets(text).slice(0, 64)} is not supported, ${spoken[0]} is sent`,
      );
    }
  }
}
