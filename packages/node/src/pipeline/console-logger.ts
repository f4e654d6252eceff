import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api';

/**
 * Key of the global object in which the OpenTelemetry API keeps its registrations. The API has no function that says
 * whether a logger is set.
 */
const API = Symbol.for('opentelemetry.js.api.1');
const scope = globalThis as { readonly [API]?: { readonly diag?: unknown } };

let fallback: DiagLogLevel | undefined;

/** Sets the level at which `diag` writes to the console if `OTEL_LOG_LEVEL` names none. Without it, `diag` is silent. */
export function setFallbackLevel(level: DiagLogLevel): void {
  fallback = level;
}

/**
 * Lets `diag` write to the console at the level that `OTEL_LOG_LEVEL` names, else at the fallback level. Does nothing if
 * a logger is set already.
 */
export function logToConsole(): void {
  if (scope[API]?.diag) return;
  const level = DiagLogLevel[process.env['OTEL_LOG_LEVEL']?.toUpperCase() as keyof typeof DiagLogLevel];
  // The text of a number would give the name of a level.
  const logLevel = typeof level === 'number' ? level : fallback;
  if (logLevel !== undefined) diag.setLogger(new DiagConsoleLogger(), { logLevel });
}

/** Logs a warning while the process starts: through `diag` if a logger is set already, else to the console. */
export function warnAtStart(message: string): void {
  if (scope[API]?.diag) diag.warn(message);
  else console.warn(message);
}
