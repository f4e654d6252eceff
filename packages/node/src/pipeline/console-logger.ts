import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api';

/** Where the API keeps what is registered; it has no call that tells whether a logger is. */
const API = Symbol.for('opentelemetry.js.api.1');
const scope = globalThis as { readonly [API]?: { readonly diag?: unknown } };

/**
 * Lets `diag` write to the console as `OTEL_LOG_LEVEL` says, unless a logger is set already.
 * @param fallback the level where the variable says none; without one, nothing is set then
 */
export function logToConsole(fallback?: DiagLogLevel): void {
  if (scope[API]?.diag) return;
  const level = DiagLogLevel[process.env['OTEL_LOG_LEVEL']?.toUpperCase() as keyof typeof DiagLogLevel];
  // A number would find the name of a level.
  const logLevel = typeof level === 'number' ? level : fallback;
  if (logLevel !== undefined) diag.setLogger(new DiagConsoleLogger(), { logLevel });
}

/** Warns while the process starts: through `diag` where somebody has set a logger by then, else on the console. */
export function warnAtStart(message: string): void {
  if (scope[API]?.diag) diag.warn(message);
  else console.warn(message);
}
