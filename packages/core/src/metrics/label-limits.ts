import type { Attributes } from '@opentelemetry/api';
import type { WebSocketOptions } from '../options.ts';
import type { CloseRecord } from '../record/close-record.ts';
import { fits } from './fits.ts';
import { createLabelBudget } from './label-budget.ts';

/** Members of a record that the limits of labels read. An open connection has them, too. */
export type Labelled = Pick<CloseRecord, 'kind' | 'endpoint' | 'code' | 'requestedCode'>;

/** Limits the labels of metrics. Peers choose close codes and hosts, and a metric store keeps each set of labels. */
export interface LabelLimits {
  /**
   * Counts the host of a record or of an open connection, and returns whether the host becomes a label. Called once for
   * each record and each connection.
   */
  allowsHost(record: Labelled): boolean;
  /** Counts the close code of a record, and returns whether the code becomes a label. */
  allowsCode(record: Labelled): boolean;
  /**
   * Returns labels within the limit of a metric. If the metric has too many sets of labels, fewer labels are returned.
   * @param key text that identifies this set of labels in the metric
   */
  within(metric: object, key: string, labels: Attributes, record: Labelled): Attributes;
}

/** Makes the limits for metric labels in one process. */
export type CreateLabelLimits = (options: WebSocketOptions) => LabelLimits;

/** Largest number of different values that one label may have at the same time. */
const PLACES = 50;
/**
 * Largest number of label sets of a metric before sets with unknown hosts or codes are reduced, since strangers may
 * have invented these values.
 */
const MOST_SETS_OF_STRANGERS = 500;
/** Largest number of label sets of a metric before sets with trusted hosts and codes are reduced, too. */
const MOST_SETS = 900;
/**
 * Largest number of label sets of a metric, including reduced sets, which have no host and no template. Further sets
 * have the value `other` in each label that is no boolean, so that there are at most 1,000 sets.
 */
const MOST_REDUCED_SETS = 990;
/** Pattern of the label names that are removed first if a metric has too many label sets. */
const OF_STRANGERS = /^(server|url)\./;

/**
 * Makes limits for metric labels that a stranger cannot use up. Values that the app names, first values and frequent
 * values keep their labels.
 */
export const createLabelLimits: CreateLabelLimits = ({ closeCodes, presets = [] }) => {
  const named = Object.assign({}, closeCodes, ...presets.map((preset) => preset.closeCodes));
  const hosts = { client: createLabelBudget(PLACES), server: createLabelBudget(PLACES) };
  const appCodes = createLabelBudget(PLACES);
  const peerCodes = createLabelBudget(PLACES);
  const sets = new WeakMap<object, Set<string>>();

  const isNamed = ({ code }: Labelled) => (code >= 1000 && code < 1016) || named[code] !== undefined;
  /**
   * Returns the budget that counts the code of a record. A code that the app passed to `close(code)` is the app's,
   * unless the app relays codes of its peers.
   */
  const budgetOf = ({ code, requestedCode }: Labelled) => (requestedCode === code ? appCodes : peerCodes);

  function isTrusted(record: Labelled): boolean {
    const { kind, endpoint, code } = record;
    const isHost = !endpoint.address || hosts[kind].isTrusted(hostOf(record));
    return isHost && (isNamed(record) || budgetOf(record).isTrusted(String(code)));
  }

  return {
    allowsHost: (record) => hosts[record.kind].allows(hostOf(record)),
    allowsCode: (record) => isNamed(record) || budgetOf(record).allows(String(record.code)),
    within(metric, key, labels, record) {
      const seen = sets.get(metric) ?? new Set();
      sets.set(metric, seen);
      if (seen.has(key) || fits(seen, key, isTrusted(record) ? MOST_SETS : MOST_SETS_OF_STRANGERS))
        return labels;
      const reduced = Object.entries(labels).filter(([name]) => !OF_STRANGERS.test(name));
      if (fits(seen, JSON.stringify(reduced), MOST_REDUCED_SETS)) return Object.fromEntries(reduced);
      return Object.fromEntries(
        reduced.map(([name, value]) => [name, typeof value === 'boolean' ? value : 'other']),
      );
    },
  };
};

/** Returns the host and port of a record as one text. */
function hostOf({ endpoint: { address, port } }: Labelled): string {
  return `${address} ${port}`;
}
