export { guard } from './guard.ts';
export {
  type Installed,
  type Platform,
  runningHandle,
  startInstrumentation,
  type WebSocketHandle,
} from './instrumentation.ts';
export { observeGlobal } from './observe/observe-global.ts';
export { type Circumstances, createSocketObserver, type SocketObserver } from './observe/observe-socket.ts';
export { patchBefore, patchMethod } from './observe/patch-method.ts';
export type { SocketInfo, WebSocketLike } from './observe/web-socket-like.ts';
export { wrapGlobal } from './observe/wrap-global.ts';
export {
  checkOptions,
  having,
  isOtlp,
  type OptionCheck,
  type OptionChecks,
  type OtlpOptions,
  oneOf,
  type UpgradeRequestLike,
  type WebSocketOptions,
} from './options.ts';
export { PlatformInstrumentation } from './platform-instrumentation.ts';
export type { Carrier, CarrierOptions } from './propagation/carrier.ts';
export { queryCarrier } from './propagation/query-carrier.ts';
export { subprotocolCarrier } from './propagation/subprotocol-carrier.ts';
export type { Target } from './propagation/target.ts';
export type { Pause, StartPause } from './queue/pause.ts';
export { type CarriedContext, takeFromProtocols, takeFromUrl } from './record/carried-context.ts';
export {
  type CloseCause,
  type CloseEvidence,
  type CloseInitiator,
  closeCause,
  type Interruption,
} from './record/close-cause.ts';
export type { CloseCategory } from './record/close-code-table.ts';
export {
  type CloseCodeInfo,
  type CloseCodeMeaning,
  type CloseCodeMeanings,
  describeCloseCode,
} from './record/close-codes.ts';
export type { ClosedConnection, CloseFacts, Peer } from './record/close-facts.ts';
export type { CloseRecord } from './record/close-record.ts';
export { type Closing, type Connection, now, startClosing, startConnection } from './record/connection.ts';
export type { Endpoint } from './record/endpoint.ts';
export { isIgnored } from './record/ignore-urls.ts';
export { createRecorder, type LoadRecording, type Recorder } from './recorder.ts';
export { AbnormalCloseSampler, type SamplerLike, type SamplingResultLike } from './sampler.ts';
export * from './semconv.ts';
export type { Pipeline, StartPipeline } from './telemetry/destination.ts';
export { NAME, VERSION } from './version.ts';
