import { spanKind } from '../../../closes/span-kind.ts';
import { jsonText } from '../../../otlp/json-text.ts';
import { type ReceivedSpan, receivedSpans } from '../../../otlp/received-span.ts';
import { isObject, readSpan } from '../model/read-span.ts';
import { type ReadCloses, type ReadEntry, readCloses } from './read-closes.ts';

/** Largest file that the page reads, in bytes. */
const LARGEST = 64 * 1024 * 1024;

/** Error in a file of the user. The page shows the message. */
export class FileError extends Error {}

/**
 * Reads a file: an export of this page, or OTLP as JSON, one request or one request a line.
 * @throws FileError if the file is too large, is no JSON, or holds no close
 */
export async function readFile(file: Blob): Promise<ReadCloses> {
  if (file.size > LARGEST) throw new FileError(`The file has more than ${LARGEST / 1024 / 1024} MiB.`);
  const text = jsonText(new Uint8Array(await file.arrayBuffer()));
  const values = parse(text);
  const exported = values.find((value) => isObject(value) && value['closespan'] === 1);
  const read = isObject(exported) ? readCloses(exported) : readOtlp(values);
  if (read.closes.length + read.outages.length === 0) {
    throw new FileError(
      read.otherSpans > 0
        ? `The file holds ${read.otherSpans} spans, and none is a close.`
        : 'The file holds no close. Expected an export of this page, or spans as OTLP JSON.',
    );
  }
  return read;
}

function parse(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim());
    try {
      if (lines.length > 1) return lines.map((line) => JSON.parse(line));
    } catch {
      // The first error is about the whole file, and so says more.
    }
    throw new FileError(`The file is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function readOtlp(values: readonly unknown[]): ReadCloses {
  const closes: ReadEntry[] = [];
  const outages: ReadEntry[] = [];
  let otherSpans = 0;
  for (const span of values.flatMap(spansOf)) {
    const entry = { number: closes.length + outages.length + otherSpans + 1, span };
    const kind = spanKind(span);
    if (kind === 'close') closes.push(entry);
    else if (kind === 'outage') outages.push(entry);
    else otherSpans++;
  }
  return { closes, outages, open: [], forgotten: 0, otherSpans };
}

function spansOf(value: unknown): ReceivedSpan[] {
  if (!isObject(value) || !Array.isArray(value['resourceSpans'])) return [];
  return [...receivedSpans(value)].flatMap((span) => readSpan(span) ?? []);
}
