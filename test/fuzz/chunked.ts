import fc from 'fast-check';

/** Cuts bytes at random places, as TCP may cut them. */
export function chunked(bytes: Buffer): fc.Arbitrary<Buffer[]> {
  return fc.uniqueArray(fc.nat(Math.max(bytes.length - 1, 0)), { maxLength: 6 }).map((cuts) => {
    const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
    return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
  });
}
