import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api';

/** The global under which the API keeps its registrations. The API has no call that tells whether a logger is set. */
const API = Symbol.for('opentelemetry.js.api.1');
const scope = globalThis as { readonly [API]?: { readonly diag?: unknown } };

/**
 * Lets `diag` write to the console at the level that `OTEL_LOG_LEVEL` names, unless a logger is set already.
 * @param fallback the level where the variable is empty or wrong; without a fallback `diag` stays silent then
 */
export function logToConsole(fallback?: DiagLogLevel): void {
  if (scope[API]?.diag) return;
  const level = DiagLogLevel[process.env['OTEL_LOG_LEVEL']?.toUpperCase() as keyof typeof DiagLogLevel];
  // The text of a number would give the name of a level.
  const logLevel = typeof level === 'number' ? level : fallback;
  if (logLevel !== undefined) diag.setLogger(new DiagConsoleLogger(), { logLevel });
}

/** Warns while the process starts: through `diag` where a logger is set already, else on the console. */
export function warnAtStart(message: string): void {
  if (scope[API]?.diag) diag.warn(message);
  else console.warn(message);
}
