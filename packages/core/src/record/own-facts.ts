/** Members of the facts of a close that may be absent. */
const ABSENT = {
  socketPath: undefined,
  reportedCode: undefined,
  subprotocol: undefined,
  extensions: undefined,
  template: undefined,
  peer: undefined,
  clientAddress: undefined,
  origin: undefined,
  unsentSize: undefined,
  synthetic: undefined,
  errored: undefined,
  errorCode: undefined,
  httpStatusCode: undefined,
  closedAt: undefined,
  cause: undefined,
  interruption: undefined,
  suspendedDuration: undefined,
  initiator: undefined,
  page: undefined,
  furtherAttributes: undefined,
};

/**
 * Returns facts that inherit nothing: a member that is absent must not be one that somebody has added to
 * `Object.prototype`. Returns `facts` itself if nobody has.
 */
export function ownFacts<F extends object>(facts: F): F {
  for (const name in ABSENT) if (name in Object.prototype) return { ...ABSENT, ...facts };
  return facts;
}
