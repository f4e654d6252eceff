import { ATTR_WEBSOCKET_CLOSE_CAUSE, type CloseCause } from '@closespan/core';
import { explainClose } from '@closespan/core/explain';

/** Says whether a word is a cause of the contract (docs/causes.md). */
export function isCause(word: string): word is CloseCause {
  // An unknown cause is explained as the cause `unknown`.
  return explainClose({ [ATTR_WEBSOCKET_CLOSE_CAUSE]: word }).link.endsWith(`#${word}`);
}
