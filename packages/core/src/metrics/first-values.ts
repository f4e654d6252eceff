import { fits } from './fits.ts';
import type { LabelLimits } from './label-limits.ts';

/** Largest number of hosts that become labels in a page, and of close codes outside 1000-1015. */
const DISTINCT_VALUES = 50;

/** Makes limits for metric labels: the first 50 hosts and the first 50 close codes outside 1000-1015 become labels. */
export function firstValues(): LabelLimits {
  const codes = new Set<number>();
  const hosts = new Set<string>();
  return {
    allowsHost: ({ endpoint: { address, port } }) => fits(hosts, address + port, DISTINCT_VALUES),
    allowsCode: ({ code }) => (code >= 1000 && code < 1016) || fits(codes, code, DISTINCT_VALUES),
    within: (_metric, _key, labels) => labels,
  };
}
