import type { CloseStore, OpenConnections } from '../closes/close-store.ts';
import type { ReceivedClose, ReceivedOutage } from '../closes/received-close.ts';

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
  // Copies: the store may forget closes between two parts.
  const [closes, outages] = [[...store.closes], [...store.outages]];
  const { open, forgotten, otherSpans } = store;
  const exported = new Date().toISOString();
  const rest: Omit<ExportedCloses, 'closes' | 'outages'> = {
    closespan: 1,
    ...{ exported, open, forgotten, otherSpans },
  };
  yield `${JSON.stringify(rest).slice(0, -1)},"closes":`;
  yield* listParts(closes);
  yield ',"outages":';
  yield* listParts(outages);
  yield '}';
}

function* listParts(list: readonly object[]): Generator<string, void, undefined> {
  yield '[';
  for (const [index, item] of list.entries()) yield (index > 0 ? ',' : '') + JSON.stringify(item);
  yield ']';
}
