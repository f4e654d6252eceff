import { BODY_LIMITS } from './body-limits.ts';
import type { OtlpBody } from './otlp-body.ts';
import { OtlpError } from './otlp-error.ts';

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Reads a body in OTLP's JSON encoding.
 * @throws OtlpError if the body is no JSON, no object, too deep, or has too many values
 */
export function parseJsonBody(bytes: Buffer): OtlpBody {
  // Before the parse: two bytes of JSON can become a hundred bytes of memory.
  checkShape(bytes);
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString());
  } catch {
    throw new OtlpError(400, 'The body is no valid JSON');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new OtlpError(400, 'The body is no object of OTLP');
  // Members may be of any type: who reads them checks.
  return body;
}

function checkShape(bytes: Buffer): void {
  let depth = 0;
  let values = 0;
  let isText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (isText) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (byte === COMMA) values++;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      values++;
      if (++depth > BODY_LIMITS.depth) throw new OtlpError(400, 'The body is nested too deep');
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
  }
  if (values > BODY_LIMITS.values) throw new OtlpError(413, 'The body has too many values');
}
