import type { Attributes } from '@opentelemetry/api';
import type { CloseCodeMeanings } from '../record/close-codes.ts';
import type { CloseRecord } from '../record/close-record.ts';
import { createLabelBudget } from './label-budget.ts';

/** Bounds the labels of metrics, since peers choose close codes and hosts, and a metric store keeps each label set. */
export interface LabelLimits {
  /** Counts the host of a record, and returns whether the host becomes labels. Called once a record. */
  allowsHost(record: CloseRecord): boolean;
  /** Counts the code of a record, and returns whether the code becomes a label. */
  allowsCode(record: CloseRecord): boolean;
  /**
   * Returns labels within the bound of a metric: these, or fewer where the metric has too many label sets.
   * @param key text that no other labels of the metric have
   */
  within(metric: object, key: string, labels: Attributes, record: CloseRecord): Attributes;
}

/** Makes the limits of one process. */
export type CreateLabelLimits = (closeCodes: CloseCodeMeanings | undefined) => LabelLimits;

/** Values of one label at the same time. */
const PLACES = 50;
/** Label sets of a metric, of hosts and codes that strangers may have invented. */
const MOST_SETS_OF_STRANGERS = 500;
/** Label sets of a metric, with those of trusted hosts and codes. */
const MOST_SETS = 900;
/** Label sets of a metric, with those that have lost host and template. The rest of 1,000 has `other` for each value. */
const MOST_REDUCED_SETS = 990;
/** Matches the names of the labels that a metric with too many label sets loses first. */
const OF_STRANGERS = /^(server|url)\./;

/** Makes limits that a stranger cannot use up: named, first and frequent values keep their labels. */
export const createLabelLimits: CreateLabelLimits = (closeCodes) => {
  const hosts = { client: createLabelBudget(PLACES), server: createLabelBudget(PLACES) };
  const appCodes = createLabelBudget(PLACES);
  const peerCodes = createLabelBudget(PLACES);
  const sets = new Map<object, Set<string>>();

  const isNamed = ({ code }: CloseRecord) =>
    (code >= 1000 && code < 1016) || closeCodes?.[code] !== undefined;
  /** A code that the app passed to `close(code)` is the app's own, unless the app relays those of its peers. */
  const budgetOf = ({ code, requestedCode }: CloseRecord) => (requestedCode === code ? appCodes : peerCodes);

  function isTrusted(record: CloseRecord): boolean {
    const { kind, endpoint, code } = record;
    const isHost = !endpoint.address || hosts[kind].isTrusted(hostOf(record));
    return isHost && (isNamed(record) || budgetOf(record).isTrusted(String(code)));
  }

  function add(seen: Set<string>, key: string, most: number): boolean {
    return seen.has(key) || (seen.size < most && Boolean(seen.add(key)));
  }

  return {
    allowsHost: (record) => hosts[record.kind].allows(hostOf(record)),
    allowsCode: (record) => isNamed(record) || budgetOf(record).allows(String(record.code)),
    within(metric, key, labels, record) {
      const seen = sets.get(metric) ?? new Set();
      sets.set(metric, seen);
      if (seen.has(key) || add(seen, key, isTrusted(record) ? MOST_SETS : MOST_SETS_OF_STRANGERS))
        return labels;
      const reduced = Object.entries(labels).filter(([name]) => !OF_STRANGERS.test(name));
      if (add(seen, JSON.stringify(reduced), MOST_REDUCED_SETS)) return Object.fromEntries(reduced);
      return Object.fromEntries(reduced.map(([name]) => [name, 'other']));
    },
  };
};

/** Returns host and port as one text. */
function hostOf({ endpoint: { address, port } }: CloseRecord): string {
  return `${address} ${port}`;
}
