/**
 * Key of a row in the store. Limits and order are computed from keys alone, so no row has to be read. IndexedDB sorts
 * normal rows before abnormal rows, and old rows before new rows.
 */
export type RowKey = [
  /** 1 if the spans have the status ERROR, otherwise 0. */
  abnormal: 0 | 1,
  /** Time at which the row was written, in epoch milliseconds. */
  time: number,
  id: string,
  /** Length of the row's text, in characters. */
  size: number,
  /** Number of closes in the row. Other spans are not counted. */
  closes: number,
];

/** A row of the store: the JSON text of up to 64 spans, and its key. */
export interface StoredRow {
  readonly key: RowKey;
  readonly text: string;
}

/** A pause in sending after a failure. All pages and workers of the origin share the pause. */
export interface SendPause {
  /** Time at which the pause began, in epoch milliseconds. */
  readonly since: number;
  /** Length of the pause, in milliseconds. */
  readonly millis: number;
  /** Number of failed sends since the last send that did not fail. */
  readonly failures: number;
  /** Whether the receiver asked for the pause with the header `Retry-After`. */
  readonly asked: boolean;
}

/** Keeps rows of spans in IndexedDB, in which rows outlive the page, or in memory. */
export interface SpanStore {
  /** Resolves to the keys of all rows: normal rows before abnormal rows, and old rows before new rows. */
  keys(): Promise<RowKey[]>;
  /**
   * Resolves to the text of each row, in the order of the keys. The text is `undefined` for a row that no longer
   * exists.
   */
  read(keys: readonly RowKey[]): Promise<(string | undefined)[]>;
  /** Adds and removes rows in one transaction. The transaction begins before the function returns. */
  change(add: readonly StoredRow[], remove: readonly RowKey[]): Promise<void>;
  /** Resolves to the current pause in sending, or to `undefined` without a pause. */
  pause(): Promise<SendPause | undefined>;
  /** Sets the pause in sending. `undefined` removes the pause. */
  setPause(pause: SendPause | undefined): Promise<void>;
  /**
   * Runs a task while no other page or worker that shares the rows runs a task. Resolves when the task has ended.
   * @param task never rejects
   */
  alone(task: () => Promise<void>): Promise<void>;
}
