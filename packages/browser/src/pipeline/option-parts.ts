/**
 * Parts of the built-in pipeline that only the options `closeHook`, `sampler` and `otlp.compression` need. The module is
 * loaded if there is such an option. Apps import `@closespan/browser` instead. Names that this module exports may change
 * in any release.
 * @internal
 * @module
 */
export { askSampler } from '@closespan/core/platform';
export { gzip } from './gzip.ts';
export { addSpanMethods } from './span-methods.ts';
