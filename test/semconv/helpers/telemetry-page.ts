import { readFileSync } from 'node:fs';

/** Text of the page that is the contract. */
export const docs: string = readFileSync(new URL('../../../docs/telemetry.md', import.meta.url), 'utf8');

/** Rows of the table in a section of the docs, as lists of cells. The head is left out. */
export function rowsOf(heading: string): string[][] {
  const [, section = ''] = docs.split(`\n${heading}\n`);
  const [own = ''] = section.split(/\n#+ /);
  const rows = own.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Names in backticks; `.name` after `websocket.close.code` has the beginning of that name. */
export function namesIn(cell: string): string[] {
  const [first = '', ...others] = [...cell.matchAll(/`([a-z_.]+(?:<name>)?)`/g)].map(([, name = '']) => name);
  const beginning = first.slice(0, first.lastIndexOf('.'));
  return [first, ...others.map((name) => (name.startsWith('.') ? beginning + name : name))].map((name) =>
    name.replace('.<name>', '').replace('http.request.header.origin', 'http.request.header'),
  );
}
