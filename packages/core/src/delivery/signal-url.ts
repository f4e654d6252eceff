/**
 * Joins the base address of an OTLP/HTTP receiver and the path of one signal. The base address may end with slashes.
 */
export function signalUrl(base: string, path: '/v1/traces' | '/v1/metrics'): string {
  return base.replace(/\/+$/, '') + path;
}
