import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Resolves with the first line that a program prints to a stream. Rejects if the program ends before. */
export async function firstLine(child: ChildProcess, stream: Readable): Promise<string> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${child.spawnfile} ended with ${code} before it was ready`);
  });
  const [line] = await Promise.race([once(createInterface(stream), 'line'), ended]);
  return line;
}
