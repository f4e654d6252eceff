import type { OpenConnections } from '../../../closes/close-store.ts';
import type { ReadCloses } from '../files/read-closes.ts';
import { type Connections, createConnections } from './connections.ts';
import { type PageOutage, pageOutage } from './outages.ts';
import { pageClose } from './page-close.ts';

/** Everything that the page shows of one source: the live receiver, or one file. */
export interface PageModel {
  readonly connections: Connections;
  readonly outages: readonly PageOutage[];
  readonly open: readonly OpenConnections[];
  /** Number of closes and outages that the source has forgotten. */
  readonly forgotten: number;
  readonly otherSpans: number;
  /** Adds entries, and replaces the counts. Returns the numbers of added closes. Entries that came before are left out. */
  add(read: ReadCloses): { closes: number; abnormal: number };
}

const MOST_OUTAGES = 1000;

/** Creates an empty model. */
export function createModel(): PageModel {
  const connections = createConnections();
  let outages: PageOutage[] = [];
  let open: readonly OpenConnections[] = [];
  let forgotten = 0;
  let otherSpans = 0;
  let last = 0;

  return {
    connections,
    get outages() {
      return outages;
    },
    get open() {
      return open;
    },
    get forgotten() {
      return forgotten;
    },
    get otherSpans() {
      return otherSpans;
    },
    add(read) {
      const isNew = ({ number }: { readonly number: number }) => number > last;
      const closes = read.closes.filter(isNew).map(({ number, span }) => pageClose(number, span));
      for (const close of closes) connections.add(close);
      outages.push(...read.outages.filter(isNew).map(({ number, span }) => pageOutage(number, span)));
      if (outages.length > MOST_OUTAGES) outages = outages.slice(-MOST_OUTAGES);
      for (const { number } of [...read.closes, ...read.outages]) last = Math.max(last, number);
      ({ open = open, forgotten, otherSpans } = read);
      return { closes: closes.length, abnormal: closes.filter(({ isAbnormal }) => isAbnormal).length };
    },
  };
}
