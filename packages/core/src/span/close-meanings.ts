import { guard } from '../guard.ts';
import type { WebSocketOptions } from '../options.ts';
import type { Preset } from '../presets/preset.ts';
import type { CloseCodeMeaning } from '../record/close-codes.ts';
import type { CloseFacts } from '../record/close-facts.ts';

/**
 * Returns the name of a connection's close code, and whether a close with this code counts as an error. `undefined` if
 * the code has only its registered meaning.
 */
export type MeaningOf = (facts: CloseFacts, code: number) => CloseCodeMeaning | undefined;

/**
 * Makes a function that returns the meaning of a close code for an app with presets. What the app says in `closeCodes`
 * has precedence, then the first preset that applies and knows the code.
 */
export function createMeanings(
  presets: readonly Preset[],
  closeCodes: WebSocketOptions['closeCodes'],
): MeaningOf {
  return ({ url, subprotocol }, code) => {
    const known = presets.map((preset) =>
      guard('preset', () => preset.meaningOf(code, url, subprotocol), undefined),
    );
    return { ...known.find(Boolean), ...closeCodes?.[code] };
  };
}
