import { type Connection, closesOf } from './connections.ts';
import type { PageClose } from './page-close.ts';

/** Conditions that a shown connection meets at one of its ends. An empty text is no condition. */
export interface CloseFilter {
  /** Part of URL, connection id, trace id or reason, in any case. */
  readonly text: string;
  readonly code: string;
  readonly cause: string;
  readonly service: string;
  /** `yes` shows abnormal closes alone. */
  readonly abnormal: string;
}

/** Filter that every connection passes. */
export const NO_FILTER: CloseFilter = { text: '', code: '', cause: '', service: '', abnormal: '' };

/** Returns the connections of which one end meets all conditions. */
export function filterConnections(list: readonly Connection[], filter: CloseFilter): readonly Connection[] {
  if (isEmpty(filter)) return list;
  const searched = filter.text.trim().toLowerCase();
  return list.filter((connection) => closesOf(connection).some((close) => meets(close, filter, searched)));
}

/** Returns whether a filter has no condition. */
export function isEmpty(filter: CloseFilter): boolean {
  return Object.values(filter).every((value) => value === '');
}

function meets(close: PageClose, filter: CloseFilter, searched: string): boolean {
  return (
    (filter.code === '' || filter.code === String(close.code)) &&
    (filter.cause === '' || filter.cause === close.cause) &&
    (filter.service === '' || filter.service === close.service) &&
    (filter.abnormal === '' || close.isAbnormal) &&
    close.searched.includes(searched)
  );
}
