import { diag, NAME } from '@closespan/browser/recording';
import type * as lazy from './lazy-sdk-parts.ts';

/**
 * Resolves to `undefined`, since the single file of a script tag contains no protobuf format. The build uses this module
 * in place of `lazy-sdk-parts.ts` for that file.
 */
export const loadProtobuf: typeof lazy.loadProtobuf = () => warnOf('protobuf');

/** Resolves to `undefined`, since the single file of a script tag contains no metrics SDK. */
export const startMetrics: typeof lazy.startMetrics = () => warnOf('metrics');

async function warnOf(part: string): Promise<undefined> {
  diag.warn(`${NAME}: closespan.js has no ${part}: use @closespan/browser`);
}
