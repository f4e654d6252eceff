import type { CloseRecord } from '../record/close-record.ts';

/**
 * Returns a frozen copy of a record for hooks. So one hook cannot change what other hooks, the span and the metrics
 * receive.
 */
export function frozenRecord(record: CloseRecord): CloseRecord {
  const { endpoint, peer, creation, furtherAttributes } = record;
  return Object.freeze({
    ...record,
    // Others hold these objects, too.
    endpoint: Object.freeze({ ...endpoint }),
    peer: peer && Object.freeze({ ...peer }),
    creation: creation && Object.freeze({ ...creation }),
    furtherAttributes: furtherAttributes && Object.freeze({ ...furtherAttributes }),
  });
}
