/**
 * Says whether a final response follows a response of this HTTP status, as after 103 (RFC 9110 §15.2). A 101 is final:
 * the connection then speaks another protocol.
 */
export function isInterimResponse(statusCode: number): boolean {
  return statusCode >= 100 && statusCode < 200 && statusCode !== 101;
}
