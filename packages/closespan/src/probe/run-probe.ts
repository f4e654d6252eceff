import type { CommandContext } from '../command-line/command.ts';
import { createPaint, type Style } from '../terminal/paint.ts';
import { widthOf } from '../terminal/width-of.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import type { ConclusionKind } from './conclude.ts';
import { conclusionWords } from './conclusion-words.ts';
import { connectionLines } from './connection-lines.ts';
import { plannedTime } from './found-words.ts';
import { planLines } from './plan-lines.ts';
import type { ProbeOptions } from './probe-options.ts';
import { resultJson } from './result-json.ts';
import { runPhases } from './run-phases.ts';
import { showProgress } from './show-progress.ts';

/** Conclusions for which nothing has cut the silent connection. */
const KEPT: readonly ConclusionKind[] = ['kept', 'kept_busy'];

/**
 * Probes a server, and writes what the probe does and finds.
 * @returns the exit code: 0 if nothing cut the silent connection, else 1
 */
export async function runProbe(options: ProbeOptions, context: CommandContext): Promise<number> {
  const { stdout, stderr, signal, env } = context;
  // With JSON, standard output has the result alone.
  const output = options.isJson ? stderr : stdout;
  const paint = createPaint({ stream: output, env });
  const width = widthOf(output);
  const progress = showProgress(output);

  function write(lines: readonly string[], style?: Style): void {
    const broken = lines.flatMap((line) => wrapped(line, width));
    output.write(broken.map((line) => `${style ? paint(style, line) : line}\n`).join(''));
  }

  write([...planLines(options), '']);
  const result = await runPhases(
    options,
    {
      begin(pingInterval, longest) {
        const how = pingInterval === undefined ? 'Silent' : `With a ping every ${plannedTime(pingInterval)}`;
        write([`${how}, for at most ${plannedTime(longest)}:`], 'bold');
      },
      tick: progress.tick,
      end(connection) {
        progress.clear();
        write([...connectionLines(connection), '']);
      },
    },
    signal,
  );
  const isKept = KEPT.includes(result.conclusion.kind);
  if (options.isJson) {
    stdout.write(`${resultJson(result)}\n`);
  } else {
    const { says, todo } = conclusionWords(result);
    write(['Found:'], 'bold');
    write(
      says.map((line) => `  ${line}`),
      isKept ? 'green' : 'yellow',
    );
    write(todo.map((line) => `  → ${line}`));
  }
  return isKept ? 0 : 1;
}

/** Breaks a line at the width of a terminal. The parts begin where the line begins. */
function wrapped(line: string, width: number): string[] {
  const [indent = ''] = /^ *(→ )?/.exec(line) ?? [];
  const [first = '', ...more] = wrapText(line.slice(indent.length), width, ' '.repeat(indent.length));
  return [indent + first.trimStart(), ...more];
}
