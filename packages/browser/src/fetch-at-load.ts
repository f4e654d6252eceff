import { guard } from '@closespan/core/platform';

/**
 * The scope's `fetch`, as long as no telemetry that is loaded later has wrapped it. `undefined` if the scope has none,
 * or refuses it.
 */
export const fetchAtLoad: typeof fetch | undefined = guard('fetch', () => globalThis.fetch);
