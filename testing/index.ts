export type { ReceivedSpan } from 'closespan/receiver';
export { closeLine } from './close-line.ts';
export { type OtlpReceiver, type OtlpReceiverOptions, startOtlpReceiver } from './otlp-receiver.ts';
