/** One figure of a bench, with the target that it is held against. */
export interface Figure {
  readonly title: string;
  readonly value: number;
  readonly unit: '×' | 'ms' | 'bytes' | 'lost';
  /** The most that it may be; absent for what others need, which is shown beside ours. */
  readonly target?: number;
}

/** Whether this is a smoke run: short, to see that it runs, not how fast. */
export const SMOKE: boolean = Boolean(globalThis.process?.argv.includes('--smoke'));

/** Hands a figure to `main.ts`. */
export function report(figure: Figure): void {
  console.log(JSON.stringify(figure));
}

/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/**
 * Runs two things by turns and compares what they cost. Interleaved, so that what else the machine does hits both.
 * @returns the median of the rounds' ratios, candidate to baseline
 */
export async function ratioOf(
  rounds: number,
  baseline: () => Promise<number> | number,
  candidate: () => Promise<number> | number,
): Promise<number> {
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // Each comes first as often as second.
    const first = round % 2 === 0 ? await baseline() : await candidate();
    const second = round % 2 === 0 ? await candidate() : await baseline();
    ratios.push(round % 2 === 0 ? second / first : first / second);
  }
  return median(ratios);
}
