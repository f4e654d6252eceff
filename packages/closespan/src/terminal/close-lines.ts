import { type CloseExplanation, durationText } from '@closespan/core/explain';
import { clockTime } from './clock-time.ts';
import { closeTone } from './close-tone.ts';
import type { Paint } from './paint.ts';
import { type ShownClose, type ShownSpan, shownClose } from './shown-close.ts';
import { wrapText } from './wrap-text.ts';

/** Close that is shown: its span and its explanation. */
export interface LinedClose {
  readonly span: ShownSpan;
  readonly explanation: Pick<CloseExplanation, 'sentence' | 'next'>;
}

/** How lines are shown. */
export interface LineOptions {
  readonly paint: Paint;
  /** Characters in a line of the terminal. Infinity if the lines go to a file. */
  readonly width: number;
}

/** Place of a close among other lines. */
export interface LinePlace {
  /** Number of the connection, which both of its ends have. `undefined`: the close has no number. */
  readonly number?: number;
  /** Where the other end of the connection stands. `undefined`: the other end is not known. */
  readonly otherEnd?: 'above' | 'earlier' | 'coming';
}

/** Width of a time, a sign, and the space behind them. */
const INDENT = ' '.repeat(11);
/** Width of a code with its name. The name of a range may be longer. */
const CODE_WIDTH = 24;
const LIFETIME_WIDTH = 8;
/** Fewest characters of an address that are shown. */
const SHORTEST_ADDRESS = 32;
/** Advice of an explanation that nobody needs who sees both ends. */
const LOOK_THERE = / ?Look at the record of the other end(?:, id [^ ]*)?\./g;

/**
 * Returns a close as lines of text: time, end, code, lifetime and address. Below stand the sentence that explains the
 * close, and the next step.
 */
export function closeLines(
  { span, explanation }: LinedClose,
  { paint, width }: LineOptions,
  place: LinePlace = {},
): string[] {
  const close = shownClose(span);
  const { mark, style } = closeTone(close.code, close.category, close.abnormal);
  const isUnder = place.otherEnd === 'above';
  const start = [
    isUnder ? '      └─' : clockTime(close.time),
    mark,
    close.side.padEnd(6),
    `${close.code ?? 'none'} ${close.name}`.padEnd(CODE_WIDTH),
    lifetimeText(close.lifetime).padStart(LIFETIME_WIDTH),
  ];
  const tail = tailOf(close, place);
  const room = width - [...start, '', tail].join(' ').length - 2;
  const [time = '', sign = '', side = '', code = '', lifetime = ''] = start;
  const head = [paint('dim', time), paint(style, sign), side, paint(style, code), lifetime].join(' ');
  const rest = [isUnder ? 'same connection' : shorten(close.url, room), paint('dim', tail)];
  const next = place.otherEnd ? explanation.next.replace(LOOK_THERE, '') : explanation.next;
  return [
    [head, ...rest].filter(Boolean).join('  '),
    ...(close.reason ? wrapText(`Reason: "${close.reason}"`, width, INDENT) : []),
    ...wrapText(explanation.sentence, width, INDENT),
    ...wrapText(next, width, INDENT).map((line) => paint('dim', line)),
  ];
}

function lifetimeText(seconds: number | undefined): string {
  return seconds === undefined ? 'not open' : durationText(seconds);
}

/** Leaves out the middle of an address that is too long: the host and the end of the path say most. */
function shorten(address: string, room: number): string {
  const most = Math.max(room, SHORTEST_ADDRESS);
  if (address.length <= most) return address;
  const end = Math.floor((most - 1) / 2);
  return `${address.slice(0, most - 1 - end)}…${address.slice(-end)}`;
}

function tailOf({ service, attempt }: ShownClose, { number, otherEnd }: LinePlace): string {
  const connection = number === undefined ? '' : `#${number}`;
  return [
    service,
    attempt !== undefined && `attempt ${attempt}`,
    otherEnd === 'earlier' ? `other end of ${connection}` : connection,
  ]
    .filter(Boolean)
    .join('  ');
}
