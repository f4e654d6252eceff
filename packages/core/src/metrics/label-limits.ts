import type { Attributes } from '@opentelemetry/api';
import type { WebSocketOptions } from '../options.ts';
import type { CloseRecord } from '../record/close-record.ts';
import { ATTR_ERROR_TYPE, ATTR_URL_TEMPLATE } from '../semconv.ts';
import { fits } from './fits.ts';
import { createLabelBudget, type LabelBudget } from './label-budget.ts';

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
/**
 * Largest number of label sets of a metric before sets with unknown templates or errors are reduced. An app may make a
 * template of a path that a client has invented, and a server may respond with any status.
 */
const MOST_SETS_OF_UNKNOWN = 800;
/** Largest number of label sets of a metric before sets whose values are all trusted are reduced, too. */
const MOST_SETS = 900;
/**
 * Largest number of label sets of a metric, including reduced sets, which have no host and no template. Further sets
 * have the value `other` in each label that is no boolean, so that there are at most 1,000 sets.
 */
const MOST_REDUCED_SETS = 990;
/** Pattern of the label names that are removed first if a metric has too many label sets. */
const OF_STRANGERS = /^(server|url)\./;
/** Pattern of the label names whose values a server may invent: a status, or an error that names the status. */
const OF_ERRORS = /^(error\.type|http\.response\.status_code)$/;

/**
 * Makes limits for metric labels that a stranger cannot use up. Values that the app names, first values and frequent
 * values keep their labels.
 */
export const createLabelLimits: CreateLabelLimits = ({ closeCodes, presets = [] }) => {
  const named = Object.assign({}, closeCodes, ...presets.map((preset) => preset.closeCodes));
  const hosts = { client: createLabelBudget(PLACES), server: createLabelBudget(PLACES) };
  const appCodes = createLabelBudget(PLACES);
  const peerCodes = createLabelBudget(PLACES);
  const templates = createLabelBudget(PLACES);
  const errors = createLabelBudget(PLACES);
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
      const isTemplate = counts(templates, labels[ATTR_URL_TEMPLATE]);
      const isError = counts(errors, labels[ATTR_ERROR_TYPE]);
      if (seen.has(key)) return labels;
      const most = isTemplate && isError ? MOST_SETS : MOST_SETS_OF_UNKNOWN;
      if (fits(seen, key, isTrusted(record) ? most : MOST_SETS_OF_STRANGERS)) return labels;
      const reduced = Object.entries(labels)
        .filter(([name]) => !OF_STRANGERS.test(name))
        .map(([name, value]) => [name, isError || !OF_ERRORS.test(name) ? value : 'other'] as const);
      if (fits(seen, JSON.stringify(reduced), MOST_REDUCED_SETS)) return Object.fromEntries(reduced);
      return Object.fromEntries(
        reduced.map(([name, value]) => [name, typeof value === 'boolean' ? value : 'other']),
      );
    },
  };
};

/** Counts a value, if there is one, and returns whether the value is trusted. */
function counts(budget: LabelBudget, value: unknown): boolean {
  if (typeof value !== 'string') return true;
  budget.allows(value);
  return budget.isTrusted(value);
}

/** Returns the host and port of a record as one text. */
function hostOf({ endpoint: { address, port } }: Labelled): string {
  return `${address} ${port}`;
}
