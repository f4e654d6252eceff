import { styleText } from 'node:util';
import type { CloseRow } from './close-row.ts';
import { ENDINGS } from './endings.ts';
import type { OutageRow } from './outage-row.ts';

const COLUMNS: readonly (readonly [title: string, width: number, cell: (row: CloseRow) => string])[] = [
  ['side', 6, ({ side }) => side],
  ['code', 4, ({ code }) => String(code)],
  ['name', 26, ({ name }) => name],
  ['clean', 5, ({ clean }) => (clean ? 'yes' : 'no')],
  ['initiator', 9, ({ initiator }) => initiator],
  ['cause', 18, ({ cause }) => cause],
  ['error.type', 33, ({ errorType }) => errorType],
  ['duration', 9, ({ duration }) => (duration === undefined ? '-' : `${duration.toFixed(1)} ms`).padStart(9)],
  ['url', 0, ({ url }) => url],
];

/** Prints each ending with a row and a sentence for each end of its connection, and what outages there were. */
export function printTable(rows: readonly CloseRow[], outages: readonly OutageRow[]): void {
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, index) => cell.padEnd(COLUMNS[index]?.[1] ?? 0)).join('  ')}`.trimEnd();
  console.log(styleText('dim', line(COLUMNS.map(([title]) => title))));
  for (const { path, title } of ENDINGS) {
    console.log(styleText('bold', title));
    for (const row of rows.filter((one) => one.path === path).sort(bySide)) {
      const text = line(COLUMNS.map(([, , cell]) => cell(row)));
      console.log(row.errorType ? styleText('red', text) : text);
      console.log(styleText('dim', `    ${row.sentence}`));
    }
    for (const { attempts, cause, downtime } of outages.filter((one) => one.path === path))
      console.log(`  outage  ${cause}, back after ${downtime.toFixed(1)} ms at attempt ${attempts}`);
  }
}

function bySide(a: CloseRow, b: CloseRow): number {
  return a.side.localeCompare(b.side);
}
