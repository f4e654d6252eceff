export { type CloseCause, type CloseEvidence, type CloseInitiator, closeCause } from './close-cause.ts';
export type { CloseCategory } from './close-code-table.ts';
export {
  type CloseCodeInfo,
  type CloseCodeMeaning,
  type CloseCodeMeanings,
  describeCloseCode,
} from './close-codes.ts';
export type { CloseRecord } from './close-record.ts';
export type { ClosedConnection, CloseFacts } from './closed-connection.ts';
export { type Closing, type Connection, now, startClosing, startConnection } from './connection.ts';
export type { Pipeline, StartPipeline } from './destination.ts';
export type { Endpoint } from './endpoint.ts';
export { guard } from './guard.ts';
export { isIgnored } from './ignore-urls.ts';
export {
  type Installed,
  type Platform,
  PlatformInstrumentation,
  startInstrumentation,
  type WebSocketHandle,
} from './instrumentation.ts';
export {
  createSocketObserver,
  type SocketInfo,
  type SocketObserver,
  type WebSocketLike,
} from './observe-socket.ts';
export type { OtlpOptions, WebSocketOptions } from './options.ts';
export { patchBefore, patchMethod } from './patch-method.ts';
export { createRecorder, type Recorder } from './recorder.ts';
export { AbnormalCloseSampler, type SamplerLike, type SamplingResultLike } from './sampler.ts';
export * from './semconv.ts';
export { NAME, VERSION } from './version.ts';
export { wrapGlobal } from './wrap-global.ts';
