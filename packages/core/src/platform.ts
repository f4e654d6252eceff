/**
 * Parts of core from which `@closespan/browser` and `@closespan/node` are built. Apps import `@closespan/core` instead:
 * names of this entry may change in any release.
 * @internal
 * @module
 */

export { callHook } from './call-hook.ts';
export {
  areStrings,
  BOOLEAN,
  checkOptions,
  having,
  isOtlp,
  type OptionCheck,
  type OptionChecks,
  type OtlpMembers,
  oneOf,
  PLAIN_VALUES,
  STRING,
} from './check-options.ts';
export { limitRepeats } from './delivery/limit-repeats.ts';
export { signalUrl } from './delivery/signal-url.ts';
export { expected, withoutSecrets } from './expected.ts';
export { guard } from './guard.ts';
export type { GivenInfo } from './handlers/given-info.ts';
export { type HandledRequest, headersOf } from './handlers/handled-socket.ts';
export type { HandlersPlatform, KeptConnection } from './handlers/handlers-platform.ts';
export { createHandlersObserver, type HandlersObserver } from './handlers/observe-handlers.ts';
export {
  type Installed,
  type Platform,
  runningHandle,
  startInstrumentation,
} from './instrumentation.ts';
export { createLabelLimits, type LabelLimits, type Labelled } from './metrics/label-limits.ts';
export { createOutcomeCounter, type Outcome } from './metrics/outcome-counter.ts';
export { convertOnce } from './observe/convert-once.ts';
export { defineProperty, ownProperty, warnOfFrozen } from './observe/define-property.ts';
export { observeGlobal } from './observe/observe-global.ts';
export {
  createSocketObserver,
  type ReadPlatformFacts,
  type SocketObserver,
} from './observe/observe-socket.ts';
export { patchAround, patchBefore, patchGetter } from './observe/patch-method.ts';
export { CLOSED, CLOSING, CONNECTING, OPEN } from './observe/ready-state.ts';
export { replaceValue } from './observe/replace-value.ts';
export { contradictsState } from './observe/socket-events.ts';
export { type Construct, wrapGlobal } from './observe/wrap-global.ts';
export { PlatformInstrumentation } from './platform-instrumentation.ts';
export type { QueuePause, StartPause } from './queue/queue-pause.ts';
export { isMillis } from './queue/wait-at-most.ts';
export { type CarriedContext, takeFromProtocols, takeFromUrl } from './record/carried-context.ts';
export type { Chain, ChainStore } from './record/chain.ts';
export { type CloseFacts, NO_CLOSE_FRAME, type PendingClose } from './record/close-facts.ts';
export {
  type Closing,
  type Connection,
  isUnrecorded,
  markSuppressed,
  noteCloseStart,
  now,
  trackConnection,
} from './record/connection.ts';
export { templateOf } from './record/endpoint.ts';
export { createEndpointParser } from './record/endpoint-parser.ts';
export { isIgnored } from './record/ignore-urls.ts';
export { LONGEST_NOTED, MOST_NOTED, NOTED_NAME, notedValue } from './record/noted-value.ts';
export { overSocket } from './record/over-socket.ts';
export { ownFacts } from './record/own-facts.ts';
export { createProcessChains } from './record/process-chains.ts';
export { createQueueMemory, limitText } from './record/queue-memory.ts';
export { randomHex } from './record/random-hex.ts';
export { requestedReason } from './record/requested-reason.ts';
export { REQUEST_ID_HEADERS, RESPONDER_HEADERS } from './record/response-headers.ts';
export { cut, flat, LONGEST_ADDRESS, LONGEST_PATH } from './record/text-limits.ts';
export { createRecorder, type LoadRecording, type PartsNow, type Recorder } from './recorder.ts';
export type { RecordingSettings } from './recording-settings.ts';
export { diag, isSuppressed, spanContextOf } from './registered-api.ts';
export { currentlyRunning, keepRunning, RUNNING } from './running.ts';
export { SCHEMA } from './schema-url.ts';
export { type AppHooks, createAppHooks } from './span/app-hooks.ts';
export { askSampler } from './span/ask-sampler.ts';
export { createLimitConclusion } from './span/conclude-limits.ts';
export { unrecordedSpan } from './span/unrecorded-span.ts';
export { stopAll } from './stop-all.ts';
export type { Pipeline } from './telemetry/pipeline.ts';
export { NAME, VERSION } from './version.ts';
