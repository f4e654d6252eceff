/**
 * Parts that only some options need: hooks of the app, `sampler` and `otlp.compression`. The module is loaded if there
 * is such an option. Apps import `@closespan/browser` instead. Names that this module exports may change
 * in any release.
 * @internal
 * @module
 */
export { createAppHooks } from '@closespan/core/platform';
export { gzip } from './gzip.ts';
export { createPipelineTracerProvider } from './pipeline-tracer.ts';
