import { hostname } from 'node:os';
import type { Attributes } from '@opentelemetry/api';

/**
 * Returns the resource attributes of this process, by OpenTelemetry's names. The SDK's own detectors would also send the
 * arguments of the process, and look for the id of the machine, which delays the first export.
 * @param detectors value of `OTEL_NODE_RESOURCE_DETECTORS`: names of detectors, `all` or `none`. @defaultValue `all`
 */
export function processResource(detectors: string | undefined): Attributes {
  const names = (detectors || 'all').split(',').map((name) => name.trim());
  const has = (name: string) => !names.includes('none') && (names.includes('all') || names.includes(name));
  // Deno would ask the user for the permission to read the name.
  const isNamed = has('host') && !('deno' in process.versions);
  return {
    // Without an id for each process, the counters of one process overwrite those of another in a Collector.
    'service.instance.id': crypto.randomUUID(),
    ...(isNamed && { 'host.name': hostname() }),
    ...(has('process') && { 'process.pid': process.pid }),
  };
}
