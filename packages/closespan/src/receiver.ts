export {
  type CloseStore,
  createCloseStore,
  type OpenConnections,
  type StoreEvent,
  type StoreLimits,
} from './closes/close-store.ts';
export type { ReceivedClose, ReceivedOutage } from './closes/received-close.ts';
export type { OtlpBody } from './otlp/otlp-body.ts';
export { OtlpError } from './otlp/otlp-error.ts';
export { readOtlpBody, type Signal } from './otlp/read-otlp-body.ts';
export { type ReceivedPoint, receivedPoints } from './otlp/received-point.ts';
export { type ReceivedSpan, receivedSpans } from './otlp/received-span.ts';
export { createPageHandler, type PageOptions } from './page/create-page-handler.ts';
export type { PageExtension } from './page/page-document.ts';
export { type BodyReader, createBodyReader } from './receiver/body-reader.ts';
export {
  type ClosespanReceiver,
  type ReceiverOptions,
  startClosespanReceiver,
} from './receiver/closespan-receiver.ts';
export { ListenError } from './receiver/listen-error.ts';
