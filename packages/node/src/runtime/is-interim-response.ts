/**
 * Says whether a response with an HTTP status is an interim one, such as 103. A final response follows each interim one
 * (RFC 9110 §15.2). Status 101 counts as final, because the connection then speaks another protocol.
 */
export function isInterimResponse(statusCode: number): boolean {
  return statusCode >= 100 && statusCode < 200 && statusCode !== 101;
}
