/**
 * Loads a module of closespan before the function returns. Meant for a process that is about to end, in which an
 * `import()` would resolve too late.
 * @throws Error if there is no such module, for example because the app is bundled into one file
 */
export function requireNow(name: '@closespan/core/recording'): typeof import('@closespan/core/recording');
export function requireNow(name: '@closespan/core/explain'): typeof import('@closespan/core/explain');
export function requireNow(name: '@closespan/core/otlp'): typeof import('@closespan/core/otlp');
export function requireNow(name: string): unknown {
  const { createRequire } = process.getBuiltinModule('node:module');
  return createRequire(import.meta.url)(name);
}
