/**
 * Makes telemetry of closes in a page or worker, and observes exits and interruptions. A page loads this entry when the
 * app makes its first socket. Apps import `@closespan/browser` instead. Names of this entry may change in any release.
 * @internal
 * @module
 */
export {
  type CloseTracer,
  type CloseTracerProvider,
  createRecording,
  diag,
  guard,
  NAME,
  now,
  registeredMeterProvider,
  SCHEMA,
  VERSION,
} from '@closespan/core/page-recording';
export { observeLifecycle } from './lifecycle.ts';
export { listen } from './listen.ts';
export { loadHooks } from './load-hooks.ts';
