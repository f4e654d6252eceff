import type * as lazy from './lazy-sdk-parts.ts';

/** Rejects: the build puts this module in place of `lazy-sdk-parts.ts` in the one file of a script tag. */
export const loadProtobuf: typeof lazy.loadProtobuf = () => missing('protobuf');

/** Rejects: the one file of a script tag holds no metrics SDK. */
export const loadMetrics: typeof lazy.loadMetrics = () => missing('metrics');

function missing(part: string): Promise<never> {
  return Promise.reject(new Error(`closespan.js holds no ${part}`));
}
