import type { ReceivedClose } from '../closes/received-close.ts';
import { UsageError } from '../command-line/command.ts';
import { readNumber } from '../command-line/parse-flags.ts';
import { plural } from '../terminal/plural.ts';
import { shownClose } from '../terminal/shown-close.ts';
import { isCause } from './is-cause.ts';

/** Flags that say which closes are wanted. */
export const EXPECTATION_FLAGS = {
  'no-abnormal': { type: 'boolean' },
  'max-abnormal': { type: 'string' },
  allow: { type: 'string', multiple: true },
  'expect-code': { type: 'string', multiple: true },
  'allow-none': { type: 'boolean' },
} as const;

/** Values of the flags that say which closes are wanted. */
export interface ExpectationValues {
  readonly 'no-abnormal'?: boolean | undefined;
  readonly 'max-abnormal'?: string | undefined;
  readonly allow?: readonly string[] | undefined;
  readonly 'expect-code'?: readonly string[] | undefined;
  readonly 'allow-none'?: boolean | undefined;
}

/** Judge of the closes of one run. */
export interface Expectation {
  /** Closes that are abnormal and not allowed, the first 50 of them. */
  readonly unwanted: readonly ReceivedClose[];
  add(close: ReceivedClose): void;
  /** Returns what is wrong with the closes so far, each as a sentence. Empty: nothing is wrong. */
  problems(): string[];
  /** Returns the closes so far in words. */
  summary(): string;
}

/** Largest number of unwanted closes that are kept for the list. */
const MOST_LISTED = 50;

/**
 * Makes a judge of closes from the flags of the user. Without a flag, no abnormal close is wanted.
 * @throws UsageError for flags that contradict each other, and for a word that is neither a code nor a cause
 */
export function createExpectation(values: ExpectationValues): Expectation {
  if (values['no-abnormal'] && values['max-abnormal'] !== undefined)
    throw new UsageError('Expected `--no-abnormal` or `--max-abnormal`, got both');
  const most = readNumber('--max-abnormal', values['max-abnormal'] ?? '0', 0, 1_000_000_000);
  const expected = (values['expect-code'] ?? []).map((code) => readNumber('--expect-code', code, 0, 65_535));
  const allowed = new Set((values.allow ?? []).flatMap((list) => list.split(',')).map(allowedWord));
  const seen = new Set<number>();
  const unwanted: ReceivedClose[] = [];
  let closes = 0;
  let abnormal = 0;
  let allowedCount = 0;

  return {
    unwanted,
    add(close) {
      const { code, cause, abnormal: isAbnormal } = shownClose(close.span);
      closes++;
      if (code !== undefined && expected.includes(code)) seen.add(code);
      if (!isAbnormal) return;
      if (
        allowed.has(String(code)) ||
        allowed.has(cause) ||
        (code !== undefined && expected.includes(code))
      ) {
        allowedCount++;
        return;
      }
      abnormal++;
      if (unwanted.length < MOST_LISTED) unwanted.push(close);
    },
    problems() {
      const missing = expected.filter((code) => !seen.has(code));
      return [
        ...(abnormal > most
          ? [
              `${plural(abnormal, 'abnormal close')}, where ${most === 0 ? 'none is' : `at most ${most} are`} wanted`,
            ]
          : []),
        ...missing.map((code) => `no close with code ${code}, where one is expected`),
        ...(closes === 0 && !values['allow-none'] && missing.length === 0
          ? [
              'no close arrived. Does the app call instrumentWebSockets(), and close its connections? --allow-none makes this a success',
            ]
          : []),
      ];
    },
    summary: () =>
      `${plural(closes, 'close')}, ${abnormal} abnormal${allowedCount > 0 ? `, and ${allowedCount} abnormal that ${allowedCount === 1 ? 'is' : 'are'} allowed` : ''}`,
  };
}

/** Checks a word of `--allow`: a code, or a cause. */
function allowedWord(text: string): string {
  const word = text.trim();
  if (/^\d+$/.test(word)) return String(readNumber('--allow', word, 0, 65_535));
  if (isCause(word)) return word;
  throw new UsageError(
    `Expected \`--allow\` to be a code such as 4401, or a cause such as page_exit, got \`${word}\``,
  );
}
