import { now } from './connection.ts';

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
/** Time between two looks at `Object.prototype`, in milliseconds. A look at all names takes as long as a tenth of a span. */
const BETWEEN_LOOKS = 10;
let lookedAt = Number.NaN;
let isChanged = false;

/**
 * Returns facts that inherit nothing: a member that is absent must not be one that somebody has added to
 * `Object.prototype`. Returns `facts` itself if nobody has.
 * @param time monotonic milliseconds, by default now
 */
export function ownFacts<F extends object>(facts: F, time: number = now()): F {
  if (!(Math.abs(time - lookedAt) < BETWEEN_LOOKS)) {
    lookedAt = time;
    isChanged = Object.keys(ABSENT).some((name) => name in Object.prototype);
  }
  return isChanged ? { ...ABSENT, ...facts } : facts;
}
