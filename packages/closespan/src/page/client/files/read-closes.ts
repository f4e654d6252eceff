import type { OpenConnections } from '../../../closes/close-store.ts';
import type { ReceivedSpan } from '../../../otlp/received-span.ts';
import { isObject, readAttributes, readSpan, text } from '../model/read-span.ts';

/** Spans and counts of an event, or of a file. */
export interface ReadCloses {
  readonly closes: readonly ReadEntry[];
  readonly outages: readonly ReadEntry[];
  /** Open connections. `undefined` in an event whose counts are those of the event before. */
  readonly open: readonly OpenConnections[] | undefined;
  readonly forgotten: number;
  readonly otherSpans: number;
}

/** Span with its number. */
export interface ReadEntry {
  readonly number: number;
  readonly span: ReceivedSpan;
}

/** Largest number of closes that the page reads at once. */
const MOST_ENTRIES = 20_000;
const MOST_OPEN = 2000;

/** Reads what an export or an event holds. Members of a wrong type count as absent. Never throws. */
export function readCloses(value: Readonly<Record<string, unknown>>): ReadCloses {
  return {
    closes: readEntries(value['closes']),
    outages: readEntries(value['outages']),
    open: Array.isArray(value['open']) ? value['open'].slice(0, MOST_OPEN).flatMap(readOpen) : undefined,
    forgotten: count(value['forgotten']),
    otherSpans: count(value['otherSpans']),
  };
}

function readEntries(value: unknown): ReadEntry[] {
  if (!Array.isArray(value)) return [];
  return value.slice(-MOST_ENTRIES).flatMap((entry: unknown, place) => {
    if (!isObject(entry)) return [];
    const span = readSpan(entry['span']);
    return span ? [{ number: count(entry['number']) || place + 1, span }] : [];
  });
}

function readOpen(value: unknown): OpenConnections[] {
  if (!isObject(value)) return [];
  const { service, side, attributes } = value;
  return [
    {
      service: text(service),
      side: side === 'server' ? 'server' : 'client',
      attributes: readAttributes(attributes),
      count: count(value['count']),
    },
  ];
}

function count(value: unknown): number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : 0;
}
