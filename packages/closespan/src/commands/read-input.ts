import { createReadStream } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { type CommandContext, UsageError } from '../command-line/command.ts';
import { jsonShape } from '../otlp/json-shape.ts';

/** Largest input, in bytes. */
const MOST_BYTES = 256 * 1024 * 1024;
/** Largest number of values of an input, in millions. Each can take a hundred bytes of memory. */
const MOST_MILLIONS = 10;

/** Encodings by the first byte of their mark of the byte order (Unicode Standard § 23.8). UTF-8 has no such byte. */
const UTF_16: Readonly<Record<number, string>> = { 255: 'utf-16le', 254: 'utf-16be' };

/**
 * Reads a file, or the standard input, as text.
 * @param file path. `undefined` or `-` is the standard input
 * @param signal ends the reading
 * @throws the reason of the signal if it is aborted, and UsageError if the file cannot be read, if a terminal is the standard input, and above 256 MiB or 10 million values
 */
export async function readInput(
  file: string | undefined,
  { stdin, signal }: Pick<CommandContext, 'stdin' | 'signal'>,
): Promise<string> {
  const isStdin = file === undefined || file === '-';
  if (isStdin && stdin.isTTY)
    throw new UsageError(
      'Expected a code, a file, or spans in the standard input: closespan explain < spans.json',
    );
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
  const input = Buffer.concat(chunks);
  if (jsonShape(input).values > MOST_MILLIONS * 1e6)
    throw new UsageError(`Expected at most ${MOST_MILLIONS} million values in the input`);
  // Some programs write a mark of the byte order first, and PowerShell writes UTF-16. The decoder drops the mark.
  return new TextDecoder(UTF_16[input[0] ?? 0] ?? 'utf-8').decode(input);
}
