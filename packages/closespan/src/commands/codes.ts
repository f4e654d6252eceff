import type { Command } from '../command-line/command.ts';
import { UsageError } from '../command-line/command.ts';
import { parseFlags } from '../command-line/parse-flags.ts';
import { jsonLine } from '../terminal/close-json.ts';
import { codeLines } from '../terminal/code-lines.ts';
import { type CodeRow, codeRow, registryRows } from '../terminal/code-table.ts';
import { createPaint } from '../terminal/paint.ts';
import { widthOf } from '../terminal/width-of.ts';
import { PRESET_NAMES, presetRows } from './preset-rows.ts';

const FLAGS = {
  preset: { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const;

/** Command that prints the table of close codes. */
export const codes: Command = {
  usage: [
    ['codes [FILTER]', 'prints the close codes: all, one such as 1006, those that begin with 44, or by name'],
    ['--preset NAME', `codes of a protocol: ${PRESET_NAMES.join(', ')}`],
    ['--json', 'prints one line of JSON for each code'],
  ],
  async run(args, { stdout, env }) {
    const { values, positionals } = parseFlags(args, FLAGS, true);
    const filter = positionals.join(' ');
    const rows = rowsOf(values.preset ?? [], filter);
    if (rows.length === 0)
      throw new UsageError(
        `No code and no name fits \`${filter}\`. Expected a code from 0 to 65535, or a word`,
      );
    const paint = createPaint({ stream: stdout, env });
    const lines = values.json ? rows.map(jsonLine) : codeLines(rows, { paint, width: widthOf(stdout) });
    stdout.write(lines.map((line) => `${line}\n`).join(''));
    return 0;
  },
};

/** Returns the codes of presets, or else those of the registry. With a filter, all presets are looked through. */
function rowsOf(presets: readonly string[], filter: string): CodeRow[] {
  const fitting = (rows: readonly CodeRow[]) => rows.filter((row) => fits(row, filter));
  if (presets.length > 0) return fitting(presetRows(presets));
  const registered = fitting(registryRows());
  const own = filter ? fitting(presetRows(PRESET_NAMES)) : [];
  // A code of a range.
  const isCode = /^\d{1,5}$/.test(filter) && Number(filter) <= 65_535;
  const unnamed = isCode && registered.length === 0 && (filter.length > 3 || own.length === 0);
  return [...registered, ...(unnamed ? [codeRow(Number(filter))] : []), ...own];
}

/** Says whether a row has a code that begins with the filter, or a name that contains the filter. */
function fits({ code, name, meaning }: CodeRow, filter: string): boolean {
  if (/^\d*$/.test(filter)) return code.startsWith(filter);
  const word = filter.toLowerCase();
  return [name, meaning].some((text) => text.toLowerCase().includes(word));
}
