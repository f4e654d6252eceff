/** Limits of one body of an export request. */
export const BODY_LIMITS = {
  /** Largest number of bytes, as sent and as unpacked. */
  bytes: 20 * 1024 * 1024,
  /** Largest number of values, messages and commas together, which bounds the memory for a body that is read. */
  values: 2_500_000,
  /** Largest depth of messages within messages. Exporters use about 16. */
  depth: 100,
} as const;
