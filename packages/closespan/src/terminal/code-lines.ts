import { describeCloseCode } from '@closespan/core';
import type { LineOptions } from './close-lines.ts';
import { closeTone } from './close-tone.ts';
import type { CodeRow } from './code-table.ts';
import { NARROWEST, wrapText } from './wrap-text.ts';

type Column = readonly [title: string, cell: (row: CodeRow) => string];

const COLUMNS: readonly Column[] = [
  ['code', ({ code }) => code],
  ['name', ({ name }) => name],
  ['kind', ({ category }) => category],
  ['sent by', ({ sender }) => sender],
  ['meaning', ({ meaning, preset }) => (preset ? `in ${preset}` : meaning)],
];

/**
 * Returns the table of close codes as lines of text. The last column is wrapped to the width of the terminal. A terminal
 * that is too narrow for the table gets a list.
 */
export function codeLines(rows: readonly CodeRow[], { paint, width }: LineOptions): string[] {
  const widths = COLUMNS.map(([title, cell]) =>
    Math.max(title.length, ...rows.map((row) => cell(row).length)),
  );
  const indent = ' '.repeat(widths.slice(0, -1).reduce((sum, one) => sum + one + 2, 0));
  if (indent.length + NARROWEST > width) return rows.flatMap((row) => item(row, widths[0] ?? 0));
  const line = (cells: readonly string[]) =>
    cells.map((cell, index) => cell.padEnd(index < COLUMNS.length - 1 ? (widths[index] ?? 0) : 0)).join('  ');
  return [
    paint('dim', line(COLUMNS.map(([title]) => title))),
    ...rows.flatMap((row) => {
      const cells = COLUMNS.map(([, cell]) => cell(row));
      const [first = '', ...more] = wrapText(cells.at(-1) ?? '', width, indent);
      const text = line([...cells.slice(0, -1), first.trimStart()]).trimEnd();
      return [paint(styleOf(row), text.slice(0, widths[0])) + text.slice(widths[0]), ...more];
    }),
  ];

  function item(row: CodeRow, start: number): string[] {
    const [code = '', name, kind, sender, meaning] = COLUMNS.map(([, cell]) => cell(row));
    const text = `${name}${meaning && `: ${meaning}`} (${kind}, sent by ${sender})`;
    const [first = '', ...more] = wrapText(text, width, ' '.repeat(start + 2));
    return [paint(styleOf(row), code.padEnd(start)) + first.slice(start), ...more];
  }
}

function styleOf({ code, category }: CodeRow) {
  const number = Number.parseInt(code, 10);
  const kind = describeCloseCode(number).category;
  const isAbnormal = /^(?:protocol|policy|internal|lost|abnormal)$/.test(category);
  return closeTone(number, kind, isAbnormal).style;
}
