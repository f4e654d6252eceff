import { createReadStream } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { type CommandContext, UsageError } from '../command-line/command.ts';
import { jsonShape } from '../otlp/json-shape.ts';
import { jsonText } from '../otlp/json-text.ts';

/** Largest input, in bytes. */
const MOST_BYTES = 256 * 1024 * 1024;
/** Largest number of values of an input, in millions. Each can take a hundred bytes of memory. */
const MOST_MILLIONS = 10;
const NOTHING = 'Expected a code, a file, or spans in the standard input: closespan explain < spans.json';

/**
 * Reads a file, or the standard input, as text.
 * @param file path. `undefined` or `-` is the standard input
 * @param signal ends the reading
 * @throws the reason of the signal if it is aborted, and UsageError if the file cannot be read, if a terminal or
 * nothing is the standard input, and above 256 MiB or 10 million values
 */
export async function readInput(
  file: string | undefined,
  { stdin, signal }: Pick<CommandContext, 'stdin' | 'signal'>,
): Promise<string> {
  const isStdin = file === undefined || file === '-';
  if (isStdin && stdin.isTTY) throw new UsageError(NOTHING);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    const stream = isStdin ? (stdin as Readable) : createReadStream(file);
    for await (const chunk of addAbortSignal(signal, stream)) {
      const part = Buffer.from(chunk);
      bytes += part.length;
      if (bytes > MOST_BYTES) break;
      chunks.push(part);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new UsageError(
      `Expected a code or a file that can be read, got \`${file}\`: ${(error as Error).message}`,
    );
  }
  if (bytes > MOST_BYTES) throw new UsageError(`Expected at most ${MOST_BYTES / 1024 ** 2} MiB of input`);
  if (isStdin && bytes === 0) throw new UsageError(NOTHING);
  const text = jsonText(Buffer.concat(chunks));
  if (jsonShape(text).values > MOST_MILLIONS * 1e6)
    throw new UsageError(`Expected at most ${MOST_MILLIONS} million values in the input`);
  return text;
}
