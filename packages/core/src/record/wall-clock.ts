// Taken when this module is loaded: an app's tests may put a fake in its place later. Pages leave it out.
const clockAtLoad = /* @__PURE__ */ (() => Date.now)();
/** Last millisecond of a time in OTLP, whose times are nanoseconds in 64 bits. */
const LAST = 18_446_744_073_709;

/**
 * Returns a time of the wall clock in epoch milliseconds. If OTLP has no such time, the clock of when this module was
 * loaded is read instead: an app's fake of `Date.now` may return `undefined`, and a batch with such a span is lost.
 */
export function wallTime(millis: number): number {
  if (isOfOtlp(millis)) return millis;
  const time = clockAtLoad();
  return isOfOtlp(time) ? time : 0;
}

function isOfOtlp(time: number): boolean {
  return time >= 0 && time <= LAST;
}
