import { createReadStream } from 'node:fs';
import { UsageError } from '../command-line/command.ts';

/** Largest input, in bytes. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * Reads a file, or the standard input, as text.
 * @param file path. `undefined` or `-` is the standard input
 * @throws UsageError if the file cannot be read, if a terminal is the standard input, and above 256 MiB
 */
export async function readInput(
  file: string | undefined,
  stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean },
): Promise<string> {
  const isStdin = file === undefined || file === '-';
  if (isStdin && stdin.isTTY)
    throw new UsageError(
      'Expected a code, a file, or spans in the standard input: closespan explain < spans.json',
    );
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of isStdin ? stdin : createReadStream(file)) {
      const part = Buffer.from(chunk);
      bytes += part.length;
      if (bytes > MOST_BYTES) break;
      chunks.push(part);
    }
  } catch (error) {
    throw new UsageError(
      `Expected a code or a file that can be read, got \`${file}\`: ${(error as Error).message}`,
    );
  }
  if (bytes > MOST_BYTES) throw new UsageError(`Expected at most ${MOST_BYTES / 1024 ** 2} MiB of input`);
  // Some programs write a mark of the byte order first, which is no JSON.
  return Buffer.concat(chunks)
    .toString()
    .replace(/^\ufeff/, '');
}
