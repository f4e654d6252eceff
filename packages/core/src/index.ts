export type { WebSocketHandle } from './instrumentation.ts';
export type { SocketInfo, WebSocketLike } from './observe/web-socket-like.ts';
export type { OtlpOptions, UpgradeRequestLike, WebSocketOptions } from './options.ts';
export type { Carrier, CarrierOptions } from './propagation/carrier.ts';
export { queryCarrier } from './propagation/query-carrier.ts';
export { subprotocolCarrier } from './propagation/subprotocol-carrier.ts';
export type { Target } from './propagation/target.ts';
export type { TimeLimit } from './queue/wait-at-most.ts';
export type { CloseCause, CloseInitiator } from './record/close-cause.ts';
export type { CloseCategory } from './record/close-code-table.ts';
export {
  type CloseCodeInfo,
  type CloseCodeMeaning,
  type CloseCodeMeanings,
  describeCloseCode,
} from './record/close-codes.ts';
export type { Peer } from './record/close-facts.ts';
export type { CloseRecord } from './record/close-record.ts';
export type { Endpoint } from './record/endpoint.ts';
export { AbnormalCloseSampler, type SamplerLike, type SamplingResultLike } from './sampler.ts';
export {
  ATTR_CLIENT_ADDRESS,
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_HEADER_ORIGIN,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_NETWORK_PEER_ADDRESS,
  ATTR_NETWORK_PEER_PORT,
  ATTR_NETWORK_PROTOCOL_NAME,
  ATTR_OUTCOME,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
  ATTR_URL_TEMPLATE,
  ATTR_WEBSOCKET_CLOSE_CATEGORY,
  ATTR_WEBSOCKET_CLOSE_CAUSE,
  ATTR_WEBSOCKET_CLOSE_CODE,
  ATTR_WEBSOCKET_CLOSE_INITIATOR,
  ATTR_WEBSOCKET_CLOSE_LIBRARY_REASON,
  ATTR_WEBSOCKET_CLOSE_LIMIT,
  ATTR_WEBSOCKET_CLOSE_LIMIT_KIND,
  ATTR_WEBSOCKET_CLOSE_NAME,
  ATTR_WEBSOCKET_CLOSE_REASON,
  ATTR_WEBSOCKET_CLOSE_REPORTED_CODE,
  ATTR_WEBSOCKET_CLOSE_REQUESTED_CODE,
  ATTR_WEBSOCKET_CLOSE_REQUESTED_REASON,
  ATTR_WEBSOCKET_CLOSE_SYNTHETIC,
  ATTR_WEBSOCKET_CLOSE_WAS_CLEAN,
  ATTR_WEBSOCKET_CONNECTION_AGE_GROUP,
  ATTR_WEBSOCKET_CONNECTION_DURATION,
  ATTR_WEBSOCKET_CONNECTION_ID,
  ATTR_WEBSOCKET_EXTENSIONS,
  ATTR_WEBSOCKET_HANDSHAKE_DURATION,
  ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED,
  ATTR_WEBSOCKET_IDLE_DURATION,
  ATTR_WEBSOCKET_LINK_TYPE,
  ATTR_WEBSOCKET_PING_RTT,
  ATTR_WEBSOCKET_PING_UNANSWERED,
  ATTR_WEBSOCKET_RECEIVED_SIZE,
  ATTR_WEBSOCKET_SENT_SIZE,
  ATTR_WEBSOCKET_SILENCE_DURATION,
  ATTR_WEBSOCKET_SUBPROTOCOL,
  ATTR_WEBSOCKET_SUSPENDED_DURATION,
  ATTR_WEBSOCKET_UNSENT_SIZE,
  METRIC_WEBSOCKET_CLIENT_CLOSES,
  METRIC_WEBSOCKET_CLIENT_CONNECTION_ACTIVE,
  METRIC_WEBSOCKET_CLIENT_CONNECTION_DURATION,
  METRIC_WEBSOCKET_CLIENT_HANDSHAKE_DURATION,
  METRIC_WEBSOCKET_SERVER_CLOSES,
  METRIC_WEBSOCKET_SERVER_CONNECTION_ACTIVE,
  METRIC_WEBSOCKET_SERVER_CONNECTION_DURATION,
  METRIC_WEBSOCKET_SERVER_HANDSHAKE_DURATION,
  METRIC_WEBSOCKET_TELEMETRY_RECORDS,
  SPAN_WEBSOCKET_CLOSE,
} from './semconv.ts';
