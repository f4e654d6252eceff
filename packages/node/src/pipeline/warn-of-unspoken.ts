import { NAME } from '@closespan/core/platform';
import { diag } from '@opentelemetry/api';

/** The values that the built-in pipeline can do, by variable of OpenTelemetry's specification; the first is done. */
const SPOKEN: Readonly<Record<string, readonly [string, ...string[]]>> = {
  OTEL_EXPORTER_OTLP_PROTOCOL: ['http/json'],
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: ['http/json'],
  OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: ['http/json'],
  OTEL_TRACES_EXPORTER: ['otlp', 'none'],
  OTEL_METRICS_EXPORTER: ['otlp', 'none'],
};

/** Says in one `diag.warn` a variable that the built-in pipeline does not do what the variable asks for. */
export function warnOfUnspoken(env: Readonly<Record<string, string | undefined>>): void {
  for (const [variable, spoken] of Object.entries(SPOKEN)) {
    const text = env[variable];
    if (text && !spoken.includes(text)) {
      diag.warn(`${NAME}: ${variable}=${text.slice(0, 64)} is not known, ${spoken[0]} is sent`);
    }
  }
}
