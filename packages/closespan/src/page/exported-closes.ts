import type { CloseStore, OpenConnections } from '../closes/close-store.ts';
import type { ReceivedClose, ReceivedOutage } from '../closes/received-close.ts';
import { laterThan, type NumberedEntry } from './numbered-entries.ts';

/** Content of `/export.json`, and of the file that the page's button saves. */
interface ExportedCloses {
  /** Version of this format: always 1. */
  readonly closespan: 1;
  /** Time of the export, as ISO 8601. */
  readonly exported: string;
  /** Closes in the order of arrival. An explanation is for readers of the file. The page makes its own. */
  readonly closes: readonly ReceivedClose[];
  readonly outages: readonly ReceivedOutage[];
  readonly open: readonly OpenConnections[];
  /** Number of closes and outages that were forgotten before the export. */
  readonly forgotten: number;
  /** Number of spans that are no close and no outage. */
  readonly otherSpans: number;
}

/** Returns everything that a store keeps, as `ExportedCloses` in JSON, in parts of one close each. */
export function* exportParts(store: CloseStore): Generator<string, void, undefined> {
  const { closes, outages, open, forgotten, otherSpans } = store;
  const last = Math.max(closes.at(-1)?.number ?? 0, outages.at(-1)?.number ?? 0);
  const exported = new Date().toISOString();
  const rest: Omit<ExportedCloses, 'closes' | 'outages'> = {
    closespan: 1,
    ...{ exported, open, forgotten, otherSpans },
  };
  yield `${JSON.stringify(rest).slice(0, -1)},"closes":`;
  yield* listParts(closes, last);
  yield ',"outages":';
  yield* listParts(outages, last);
  yield '}';
}

/** Finds each entry by its number: a copy of the list would hold, for a slow reader, what the store forgets. */
function* listParts(list: readonly NumberedEntry[], last: number): Generator<string, void, undefined> {
  let number = 0;
  yield '[';
  for (;;) {
    const [entry] = laterThan(list, number, 1);
    if (!entry || entry.number > last) break;
    yield (number > 0 ? ',' : '') + JSON.stringify(entry);
    number = entry.number;
  }
  yield ']';
}
