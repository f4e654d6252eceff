import type { Attributes } from '@opentelemetry/api';
import { callHook } from '../call-hook.ts';
import type { WebSocketOptions } from '../options.ts';
import type { CloseRecord } from '../record/close-record.ts';
import { cut } from '../record/text-limits.ts';
import { fits } from './fits.ts';

const HOOK = 'metricAttributes';
/** Largest number of labels of the app. */
const MOST_LABELS = 8;
/** Largest number of different values of one label. Further values are counted as `other`. */
const MOST_VALUES = 50;
/** Largest number of label sets with values of the app, which leaves as many sets to closespan's own labels. */
const MOST_SETS = 450;

/**
 * Makes a function that returns the labels of the app's own for a record.
 * @param key text that identifies the other labels of the record
 */
export function createOwnLabels(
  metricAttributes: WebSocketOptions['metricAttributes'],
): (record: CloseRecord, key: string) => Attributes | undefined {
  if (!metricAttributes) return () => undefined;
  const values = new Map<string, Set<unknown>>();
  const sets = new Set<string>();

  return (record, key) => {
    const own: Attributes = {};
    const labels = () => callHook(HOOK, 'object', () => metricAttributes(record), {});
    // The app may have getters that throw.
    const entries = callHook(HOOK, 'object', () => Object.entries(labels()), []);
    for (const [name, value] of entries) {
      const label = typeof value === 'string' ? cut(value, 256) : value;
      if (!['string', 'number', 'boolean'].includes(typeof label) || !name || name.length > 128) continue;
      if (values.size >= MOST_LABELS && !values.has(name)) continue;
      const seen = values.get(name) ?? new Set();
      values.set(name, seen);
      own[name] = fits(seen, label, MOST_VALUES) ? label : 'other';
    }
    if (!fits(sets, key + JSON.stringify(own), MOST_SETS)) for (const name in own) own[name] = 'other';
    return own;
  };
}
