/**
 * Body of an OTLP export request (OTLP 1.x), as an object of the JSON encoding. The type of a member is not checked
 * before somebody reads the member.
 */
export interface OtlpBody {
  readonly resourceSpans?: unknown;
  readonly resourceMetrics?: unknown;
}
