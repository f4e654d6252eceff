import { styleText } from 'node:util';

/** Style of a part of a line. */
export type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** Returns a text with a style, or the text as it is if there are no colours. */
export type Paint = (style: Style, text: string) => string;

/** Stream that colours are for, and the variables that decide about colours. */
interface Target {
  readonly stream: { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Makes a function that colours parts of lines. A terminal has colours, a file or pipe has none. `NO_COLOR` takes the
 * colours away, and `FORCE_COLOR` gives them to any stream, but not with the value `0`. `FORCE_COLOR` wins.
 */
export function createPaint({ stream, env }: Target): Paint {
  const isColoured = wantsColour(stream.isTTY === true, env);
  // The check of the stream would be one of this process, and look at the same variables with other rules.
  return (style, text) => (isColoured && text ? styleText(style, text, { validateStream: false }) : text);
}

function wantsColour(isTerminal: boolean, { FORCE_COLOR, NO_COLOR, TERM }: Target['env']): boolean {
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTerminal && !NO_COLOR && TERM !== 'dumb';
}
