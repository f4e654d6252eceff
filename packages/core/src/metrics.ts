/**
 * Makes metrics of closes. A page loads this entry if it has a meter. Apps import `@closespan/core` instead: names of
 * this entry may change in any release.
 * @internal
 * @module
 */
export { createCloseMetrics } from './metrics/close-metrics.ts';
