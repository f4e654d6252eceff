import type { CloseStore, OpenConnections } from '../closes/close-store.ts';
import type { ReceivedClose, ReceivedOutage } from '../closes/received-close.ts';

/** Content of `/export.json`, and of the file that the page's button saves. */
export interface ExportedCloses {
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

/** Returns everything that a store keeps, ready for `JSON.stringify`. */
export function exportedCloses({ closes, outages, open, forgotten, otherSpans }: CloseStore): ExportedCloses {
  const exported = new Date().toISOString();
  return { closespan: 1, exported, closes, outages, open, forgotten, otherSpans };
}
