import type { CommandContext } from '../command-line/command.ts';
import { conclusionWords } from './conclusion-words.ts';
import { connectionLines } from './connection-lines.ts';
import { plannedTime } from './found-words.ts';
import { planLines } from './plan-lines.ts';
import type { ProbeOptions } from './probe-options.ts';
import { resultJson } from './result-json.ts';
import { runPhases } from './run-phases.ts';
import { showProgress } from './show-progress.ts';

/**
 * Probes a server, and writes what the probe does and finds.
 * @returns the exit code: 0 if nothing cut the silent connection, else 1
 */
export async function runProbe(options: ProbeOptions, context: CommandContext): Promise<number> {
  const { stdout, stderr, signal } = context;
  // With JSON, standard output has the result alone.
  const output = options.isJson ? stderr : stdout;
  const write = (lines: readonly string[]) => void output.write(lines.map((line) => `${line}\n`).join(''));
  const progress = showProgress(output);
  write([...planLines(options), '']);
  const result = await runPhases(
    options,
    {
      begin(pingInterval, longest) {
        const how = pingInterval === undefined ? 'Silent' : `With a ping every ${plannedTime(pingInterval)}`;
        write([`${how}, for at most ${plannedTime(longest)}:`]);
      },
      tick: progress.tick,
      end(connection) {
        progress.clear();
        write([...connectionLines(connection), '']);
      },
    },
    signal,
  );
  if (options.isJson) stdout.write(`${resultJson(result)}\n`);
  else {
    const { says, todo } = conclusionWords(result);
    write(['Found:', ...says.map((line) => `  ${line}`), ...todo.map((line) => `  → ${line}`)]);
  }
  return result.silent.end === 'kept' ? 0 : 1;
}
