import { type CloseExplanation, durationText } from '@closespan/core/explain';
import { clockTime } from './clock-time.ts';
import { closeTone } from './close-tone.ts';
import { headLines, INDENT } from './head-lines.ts';
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

/** Width of a code with its name. The name of a range may be longer. */
const CODE_WIDTH = 24;
const LIFETIME_WIDTH = 8;
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
  const time = isUnder ? '      └─' : clockTime(close.time);
  const side = close.side.padEnd(6);
  const name = `${close.code ?? 'none'} ${close.name}`;
  const lifetime = lifetimeText(close.lifetime);
  const row = [time, mark, side, name.padEnd(CODE_WIDTH), lifetime.padStart(LIFETIME_WIDTH)].join(' ');
  const isNarrow = row.length > width;
  const code = isNarrow ? name : name.padEnd(CODE_WIDTH);
  const head = [paint('dim', time), paint(style, mark), side, paint(style, code)].join(' ');
  const tail = tailOf(close, place);
  const next = place.otherEnd ? explanation.next.replace(LOOK_THERE, '') : explanation.next;
  return [
    ...headLines(
      {
        plain: row,
        head: isNarrow ? head : `${head} ${lifetime.padStart(LIFETIME_WIDTH)}`,
        address: isUnder ? 'same connection' : close.url,
        tail: isNarrow ? `${lifetime}  ${tail}` : tail,
      },
      { paint, width },
    ),
    ...(close.reason ? wrapText(`Reason: "${close.reason}"`, width, INDENT) : []),
    ...wrapText(explanation.sentence, width, INDENT),
    ...wrapText(next, width, INDENT).map((line) => paint('dim', line)),
  ];
}

function lifetimeText(seconds: number | undefined): string {
  return seconds === undefined ? 'not open' : durationText(seconds);
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
