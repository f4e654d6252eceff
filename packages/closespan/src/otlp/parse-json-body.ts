import { BODY_LIMITS } from './body-limits.ts';
import { jsonShape } from './json-shape.ts';
import type { OtlpBody } from './otlp-body.ts';
import { OtlpError } from './otlp-error.ts';

/**
 * Reads a body in OTLP's JSON encoding.
 * @throws OtlpError if the body is no JSON, no object, too deep, or has too many values
 */
export function parseJsonBody(bytes: Buffer): OtlpBody {
  const { values, depth } = jsonShape(bytes);
  if (depth > BODY_LIMITS.depth) throw new OtlpError(400, 'The body is nested too deep');
  if (values > BODY_LIMITS.values) throw new OtlpError(413, 'The body has too many values');
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
