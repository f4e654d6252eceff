import { describeCloseCode } from '@closespan/node';
import type { CloseRow } from './close-row.ts';
import { ENDINGS } from './endings.ts';

/** Milliseconds by which the app's clock and the span may differ. */
const TOLERANCE = 100;

/**
 * Holds what arrived against what the endings are to produce.
 * @param durations milliseconds from open to close by path, as the app measured them
 * @returns a line for each difference; none when all is well
 */
export function checkRows(rows: readonly CloseRow[], durations: ReadonlyMap<string, number>): string[] {
  return ENDINGS.flatMap(({ path, title, code, clean, cause, again }) => {
    const clients = rows.filter((row) => row.path === path && row.side === 'client');
    const servers = rows.filter((row) => row.path === path && row.side === 'server');
    const [row] = clients;
    const measured = durations.get(path) ?? 0;
    if (!row) return [`${title}: no client span arrived`];
    const { name } = describeCloseCode(code);
    const count = again === undefined ? 1 : 2;
    const problems = [
      clients.length > count && `${clients.length} client spans arrived`,
      measured > 0 && servers.length !== count && `${servers.length} server spans arrived`,
      row.code !== code && `code ${row.code} instead of ${code}`,
      row.name !== name && `name ${row.name} instead of ${name}`,
      cause !== undefined && row.cause !== cause && `cause ${row.cause} instead of ${cause}`,
      row.clean !== clean && `clean ${row.clean} instead of ${clean}`,
      Math.abs((row.duration ?? 0) - measured) > TOLERANCE &&
        `duration ${row.duration} instead of ${measured} ms`,
    ];
    return problems.filter((problem) => problem !== false).map((problem) => `${title}: ${problem}`);
  });
}
