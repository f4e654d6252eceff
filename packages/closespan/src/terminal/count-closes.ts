import type { ReceivedClose } from '../closes/received-close.ts';
import { plural } from './plural.ts';
import { shownClose } from './shown-close.ts';

/** Counter of closes, for the summary at the end of a command. */
export interface CloseCounts {
  /** Number of closes so far. */
  readonly closes: number;
  addClose(close: Pick<ReceivedClose, 'span'>): void;
  addOutage(): void;
  /** Returns the counts in words, such as `3 closes (2 × 1000, 1 × 1006), 1 abnormal`. */
  summary(): string;
}

/** Largest number of codes that a summary lists. */
const MOST_CODES = 8;
/** Largest number of codes that are counted apart. Senders of spans choose them. */
const MOST_COUNTED = 100;

/** Makes a counter of closes. */
export function countCloses(): CloseCounts {
  const codes = new Map<string, number>();
  let closes = 0;
  let abnormal = 0;
  let outages = 0;
  return {
    get closes() {
      return closes;
    },
    addClose({ span }) {
      const close = shownClose(span);
      closes++;
      if (close.abnormal) abnormal++;
      const code = String(close.code ?? 'no code');
      const counted = codes.has(code) || codes.size < MOST_COUNTED ? code : 'other';
      codes.set(counted, (codes.get(counted) ?? 0) + 1);
    },
    addOutage() {
      outages++;
    },
    summary() {
      const most = [...codes].sort(([, a], [, b]) => b - a);
      const named = most.slice(0, MOST_CODES).map(([code, count]) => `${count} × ${code}`);
      const rest = most.length > MOST_CODES ? [`${most.length - MOST_CODES} other codes`] : [];
      return [
        `${plural(closes, 'close')}${closes > 0 ? ` (${[...named, ...rest].join(', ')})` : ''}`,
        closes > 0 ? `${abnormal} abnormal` : '',
        outages > 0 ? plural(outages, 'outage') : '',
      ]
        .filter(Boolean)
        .join(', ');
    },
  };
}
