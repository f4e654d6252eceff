/**
 * Makes telemetry of closes in a page or worker, and observes exits and interruptions. A page loads this entry when the
 * app makes its first socket. Apps import `@closespan/browser` instead. Names of this entry may change in any release.
 * @internal
 * @module
 */
export {
  askSampler,
  type CloseTracer,
  type CloseTracerProvider,
  createOutcomeCounter,
  createRecording,
  diag,
  guard,
  NAME,
  now,
  type Outcome,
  randomHex,
  registeredMeterProvider,
  signalUrl,
  spanContextOf,
  unrecordedSpan,
  VERSION,
} from '@closespan/core/page-recording';
export { observeLifecycle } from './lifecycle.ts';
export { listen } from './listen.ts';
