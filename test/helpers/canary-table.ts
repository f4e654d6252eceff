import { readFileSync, writeFileSync } from 'node:fs';
import { PLACES, type PlaceName } from './canaries.ts';
import { markdownTable } from './markdown-table.ts';

const PAGE = new URL('../../docs/canaries.md', import.meta.url);
/** By heading of a column: the cells by place. */
type Columns = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The columns of the table in docs/canaries.md. */
function documented(): Columns {
  const rows = [...readFileSync(PAGE, 'utf8').matchAll(/^\|(.*)\|$/gm)].map(([, row = '']) =>
    row.split('|').map((cell) => cell.trim()),
  );
  const columns: Record<string, Record<string, string>> = {};
  let heads: string[] = [];
  for (const [what = '', ...cells] of rows) {
    if (what === 'secret') heads = cells;
    const name = Object.entries(PLACES).find((place) => place[1].what === what)?.[0];
    cells.forEach((cell, i) => {
      const column = heads[i] ?? '';
      columns[column] ??= {};
      if (name && cell && i > 0) columns[column][name] = cell;
    });
  }
  return columns;
}

/**
 * Returns the column of docs/canaries.md for a runtime. With `UPDATE_CANARIES=1` in the environment, the column is
 * first written there.
 */
export function documentedColumn(
  runtime: string,
  column: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (process.env['UPDATE_CANARIES']) write({ ...documented(), [runtime]: column });
  return documented()[runtime] ?? {};
}

/** Tables of the page, each with the runtimes that have many places in common. */
const TABLES = [/^Node/, /^(Bun|Deno|workerd)/, /page$/, /worker$/];

function write(columns: Columns): void {
  const before = readFileSync(PAGE, 'utf8').split('<!-- tables -->')[0] ?? '';
  const tables = TABLES.map((heads) => {
    const names = Object.keys(columns)
      .filter((name) => heads.test(name))
      .sort();
    const rows = (Object.keys(PLACES) as PlaceName[]).flatMap((place) => {
      const cells = names.map((name) => columns[name]?.[place] ?? '');
      if (cells.every((cell) => cell === '')) return [];
      const { what, allowed } = PLACES[place];
      return [[what, allowed.join(', '), ...cells]];
    });
    return names.length > 0 ? markdownTable(['secret', 'may be in', ...names], rows) : '';
  });
  writeFileSync(PAGE, `${before}<!-- tables -->\n\n${tables.filter(Boolean).join('\n\n')}\n`);
}
