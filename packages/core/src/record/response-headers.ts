/** Headers that say who responded to a handshake, and what the client is to do. Names in lower case. */
export const RESPONDER_HEADERS = ['server', 'via', 'retry-after', 'location'] as const;
/** Headers in which proxies and servers name a request, so that the request is found in their logs. */
export const REQUEST_ID_HEADERS = [
  'x-request-id',
  'x-correlation-id',
  'cf-ray',
  'x-amzn-trace-id',
  'x-amzn-requestid',
  'x-amz-cf-id',
  'x-cloud-trace-context',
  'x-azure-ref',
  'fly-request-id',
  'x-vercel-id',
] as const;
