import type * as lazy from './lazy-sdk-parts.ts';

/**
 * Returns a rejected promise, since the single file of a script tag contains no protobuf format. The build uses this
 * module in place of `lazy-sdk-parts.ts` for that file.
 */
export const loadProtobuf: typeof lazy.loadProtobuf = () => missing('protobuf');

/** Returns a rejected promise, since the single file of a script tag contains no metrics SDK. */
export const loadMetrics: typeof lazy.loadMetrics = () => missing('metrics');

function missing(part: string): Promise<never> {
  return Promise.reject(new Error(`closespan.js has no ${part}: use the package @closespan/browser`));
}
