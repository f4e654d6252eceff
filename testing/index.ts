export { closeLine } from './close-line.ts';
export { type OtlpReceiver, type OtlpReceiverOptions, startOtlpReceiver } from './otlp-receiver.ts';
export type { ReceivedSpan } from './received-span.ts';
