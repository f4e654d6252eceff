import type { Paint } from './paint.ts';
import { NARROWEST, wrapText } from './wrap-text.ts';

/** Parts of the first line of a close or outage. */
interface HeadParts {
  /** Start of the line, without colours. */
  readonly plain: string;
  /** Start of the line, with colours. */
  readonly head: string;
  readonly address: string;
  /** Further facts. May be empty. */
  readonly tail: string;
}

/** Width of a time, a sign, and the space behind them. */
export const INDENT: string = ' '.repeat(11);
/** Fewest characters of an address that are shown beside other facts. */
const SHORTEST_ADDRESS = 32;

/** Returns the first line of a close or outage. If the terminal is too narrow, address and further facts stand below. */
export function headLines(
  { plain, head, address, tail }: HeadParts,
  { paint, width }: { readonly paint: Paint; readonly width: number },
): string[] {
  const join = (...parts: string[]) => parts.filter(Boolean).join('  ');
  const room = width - join(plain, tail).length - 2;
  if (room >= Math.min(address.length, SHORTEST_ADDRESS))
    return [join(head, shorten(address, room), paint('dim', tail))];
  return [head, ...wrapText(join(shorten(address, width - INDENT.length), tail), width, INDENT, '  ')];
}

/** Leaves out the middle of an address that is too long: the host and the end of the path say most. */
function shorten(address: string, room: number): string {
  const most = Math.max(room, NARROWEST);
  if (address.length <= most) return address;
  const end = Math.floor((most - 1) / 2);
  return `${address.slice(0, most - 1 - end)}…${address.slice(-end)}`;
}
