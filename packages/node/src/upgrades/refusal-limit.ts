import { diag, NAME, now } from '@closespan/core/platform';

/** Largest number of refused handshakes of a minute that get a span. */
const MOST = 100;
const MINUTE = 60_000;

/**
 * Makes a function that says whether one more refused handshake gets a span: at most 100 a minute do. Anybody may make a
 * server refuse, as often as the network allows. The first refusal without a span logs a warning. The first refusal after that minute logs how many had no
 * span.
 */
export function createRefusalLimit(): () => boolean {
  let endsAt = Number.NEGATIVE_INFINITY;
  let count = 0;
  let omitted = 0;
  return () => {
    const time = now();
    if (time >= endsAt) {
      if (omitted > 0) diag.warn(`${NAME}: ${omitted} refused handshakes of a minute have no span`);
      [endsAt, count, omitted] = [time + MINUTE, 0, 0];
    }
    if (count++ < MOST) return true;
    if (omitted++ === 0) {
      diag.warn(`${NAME}: more than ${MOST} refused handshakes within a minute, further ones have no span`);
    }
    return false;
  };
}
