/** Cases of all properties together that one run tries by default. `--runs` scales each property's share of them. */
export const ALL_CASES = 47_500;
/** Settings of one run of the fuzz, as `npm run fuzz` sets them. */
export interface FuzzSettings {
  readonly seed: number;
  /** Number of cases that all properties try together. */
  readonly runs: number;
  /** Path of one failing case, as a failure prints the path. `undefined` to try all cases. */
  readonly path: string | undefined;
  /** File to which each property adds a line with its number of cases. */
  readonly log: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    readonly fuzz: FuzzSettings;
  }
}
