export {
  AbnormalCloseSampler,
  type Carrier,
  type CarrierOptions,
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
  type OtlpOptions,
  type Peer,
  queryCarrier,
  type SamplerLike,
  type SocketInfo,
  subprotocolCarrier,
  type Target,
  type TimeLimit,
  type WebSocketHandle,
  type WebSocketLike,
  type WebSocketOptions,
} from '@closespan/core';
export type {
  AppStateLike,
  NetInfoLike,
  NetworkStateLike,
  PlatformLike,
} from './react-native/app-modules.ts';
export { instrumentWebSockets, WebSocketInstrumentation } from './react-native/instrument-react-native.ts';
export type { KeyValueStore } from './react-native/key-value-store.ts';
export type { ReactNativeWebSocketOptions } from './react-native/react-native-options.ts';
