import type { CloseCategory } from '@closespan/core';

/** Kind of ending by which the page colours a close. Each kind has a colour and a shape of its own. */
export type CloseKind = 'normal' | 'away' | 'app' | 'refused' | 'lost' | 'unopened' | 'other';

/** Words for each kind, in the order of legends. */
export const KIND_WORDS: Readonly<Record<CloseKind, string>> = {
  normal: 'Normal',
  away: 'Restart or overload',
  app: 'Code of the app',
  refused: 'Error or refusal',
  lost: 'Lost',
  unopened: 'Never opened',
  other: 'Other',
};

const BY_CATEGORY: Readonly<Record<CloseCategory, CloseKind>> = {
  normal: 'normal',
  transient: 'away',
  library: 'app',
  application: 'app',
  protocol: 'refused',
  policy: 'refused',
  internal: 'refused',
  lost: 'lost',
  reserved: 'other',
};

/**
 * Returns the kind of a close.
 * @param category value of `websocket.close.category`
 * @param opened whether the connection had opened. `undefined` if not known
 */
export function closeKind(category: string, opened: boolean | undefined): CloseKind {
  if (opened === false) return 'unopened';
  return Object.hasOwn(BY_CATEGORY, category) ? BY_CATEGORY[category as CloseCategory] : 'other';
}
