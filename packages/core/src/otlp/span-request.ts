import { Buffer } from 'node:buffer';
import type { WrittenSpan } from './written-span.ts';

const COMMA = 0x2c;

/** Returns the body of an OTLP export request in JSON. All spans must have the envelope of the first span. */
export function spanRequest(spans: readonly WrittenSpan[]): Uint8Array {
  const [first] = spans;
  if (!first) return new Uint8Array();
  const { head, tail } = first.envelope;
  const bytes = spans.reduce((sum, span) => sum + span.bytes, head.length + tail.length + spans.length - 1);
  const body = Buffer.allocUnsafe(bytes);
  let position = head.copy(body);
  for (const span of spans) {
    if (span !== first) body[position++] = COMMA;
    position = span.copyTo(body, position);
  }
  tail.copy(body, position);
  return body;
}
