/** Joins an OTLP/HTTP base address, with or without slashes at its end, and the path of one signal. */
export function signalUrl(base: string, path: '/v1/traces' | '/v1/metrics'): string {
  return base.replace(/\/+$/, '') + path;
}
