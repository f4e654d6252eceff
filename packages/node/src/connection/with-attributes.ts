import type { CloseFacts } from '@closespan/core/platform';
import type { Attributes } from '@opentelemetry/api';

/** Adds attributes to the facts of a close, beside those that the facts have already. */
export function withAttributes(facts: CloseFacts, attributes: Attributes | undefined): CloseFacts {
  if (!attributes) return facts;
  const { furtherAttributes: known } = facts;
  return { ...facts, furtherAttributes: known ? { ...known, ...attributes } : attributes };
}
