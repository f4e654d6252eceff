export { type OtlpBody, readOtlpBody } from './otlp/otlp-body.ts';
export { type ReceivedPoint, receivedPoints } from './otlp/received-point.ts';
export { type ReceivedSpan, receivedSpans } from './otlp/received-span.ts';
