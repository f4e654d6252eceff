export {
  AbnormalCloseSampler,
  type CloseCategory,
  type CloseCause,
  type CloseCodeInfo,
  type CloseCodeMeaning,
  type CloseCodeMeanings,
  type CloseInitiator,
  type CloseRecord,
  describeCloseCode,
  type Endpoint,
  type OtlpOptions,
  type SamplerLike,
  type SocketInfo,
  type WebSocketHandle,
  type WebSocketLike,
  type WebSocketOptions,
} from '@closespan/core';
export type { BrowserWebSocketOptions } from './browser-options.ts';
export { instrumentWebSockets, WebSocketInstrumentation } from './instrument-web-sockets.ts';
