export {
  AbnormalCloseSampler,
  type CloseCategory,
  type CloseCause,
  type CloseCodeInfo,
  type CloseCodeMeaning,
  type CloseCodeMeanings,
  type CloseInitiator,
  type CloseNote,
  type CloseRecord,
  describeCloseCode,
  type Endpoint,
  type HandledSocketOf,
  type ObserveHandlers,
  type OtlpOptions,
  type Peer,
  type SamplerLike,
  type SocketInfo,
  type TimeLimit,
  type UpgradeRequestLike,
  type WebSocketHandle,
  type WebSocketLike,
  type WebSocketOptions,
} from '@closespan/core';
export {
  instrumentServer,
  type NodeWebSocketHandle,
  type ReportedClose,
  type WebSocketServerLike,
} from './instrument-server.ts';
export { instrumentWebSockets, WebSocketInstrumentation } from './instrument-web-sockets.ts';
export type { CarrierName, NodeWebSocketOptions } from './node-options.ts';
export { apiGatewayClose, type DisconnectEventLike } from './reported/api-gateway-close.ts';
