import type { LabelLimits } from './label-limits.ts';

/** Largest number of hosts that become labels in a page, and of close codes outside 1000-1015. */
const DISTINCT_VALUES = 50;

/** Makes limits for metric labels: the first 50 hosts and the first 50 close codes outside 1000-1015 become labels. */
export function firstValues(): LabelLimits {
  const isFirstCode = firstDistinct<number>();
  const isFirstHost = firstDistinct<string>();
  return {
    allowsHost: ({ endpoint: { address, port } }) => isFirstHost(address + port),
    allowsCode: ({ code }) => (code >= 1000 && code < 1016) || isFirstCode(code),
    within: (_metric, _key, labels) => labels,
  };
}

/** Makes a function that returns `true` for the first 50 different values, and `false` for all others. */
function firstDistinct<T>(): (value: T) => boolean {
  const seen = new Set<T>();
  return (value) => seen.has(value) || (seen.size < DISTINCT_VALUES && Boolean(seen.add(value)));
}
