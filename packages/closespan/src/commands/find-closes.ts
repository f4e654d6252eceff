import { explainClose } from '@closespan/core/explain';
import type { ReceivedClose } from '../closes/received-close.ts';
import { UsageError } from '../command-line/command.ts';
import type { AttributeMap } from '../otlp/plain-attributes.ts';
import { cleanText } from '../terminal/clean-text.ts';
import { readClose } from './read-close.ts';

/** Deepest level of the input in which closes are looked for. */
const DEEPEST = 16;
/** Largest number of closes that are taken from one input. */
export const MOST_CLOSES = 10_000;

/**
 * Finds the closes in a text of JSON, or of one JSON value a line: spans of OTLP, of Jaeger or of Tempo, what the page
 * exports, close records, and attributes. Closes are found at any place, at most 10,000 of them.
 * @throws UsageError if no line is JSON
 */
export function findCloses(text: string): ReceivedClose[] {
  const closes: ReceivedClose[] = [];

  function visit(value: unknown, resource: AttributeMap, depth: number): void {
    if (typeof value !== 'object' || value === null || depth > DEEPEST) return;
    if (closes.length >= MOST_CLOSES) return;
    const read = Array.isArray(value) ? undefined : readClose(value as Record<string, unknown>, resource);
    if (read?.span) {
      const { span, explained } = read;
      closes.push({ number: closes.length + 1, span, explanation: explainClose(explained) });
      return;
    }
    for (const member of Object.values(value)) visit(member, read?.resource ?? resource, depth + 1);
  }

  for (const value of parsed(text)) visit(value, {}, 0);
  return closes;
}

/** Parses a text as one JSON value, or as one JSON value a line. Lines of other programs are left out. */
function parsed(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch (error) {
    const values: unknown[] = [];
    for (const [line] of text.matchAll(/[^\n]+/g)) {
      try {
        values.push(JSON.parse(line));
      } catch {}
    }
    if (values.length > 0) return values;
    throw new UsageError(`Expected JSON, or a JSON value a line: ${cleanText((error as Error).message)}`);
  }
}
