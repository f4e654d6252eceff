import type { CloseCategory } from '@closespan/core';
import type { Style } from './paint.ts';

/** Sign and colour of a close. The sign says without a colour what the colour says. */
export interface CloseTone {
  readonly mark: string;
  readonly style: Style;
  /** Meaning of the sign. */
  readonly meaning: string;
}

/** Signs and colours of closes. */
export const TONES = {
  normal: { mark: '✓', style: 'green', meaning: 'normal' },
  going: { mark: '→', style: 'yellow', meaning: 'going away' },
  app: { mark: '•', style: 'cyan', meaning: "the app's code" },
  abnormal: { mark: '✗', style: 'red', meaning: 'abnormal' },
} satisfies Record<string, CloseTone>;

/**
 * Returns the sign and colour of a close.
 * @param abnormal whether the span of the close has an error status, which the app may decide
 */
export function closeTone(code: number | undefined, category: CloseCategory, abnormal: boolean): CloseTone {
  if (abnormal) return TONES.abnormal;
  if (category === 'library' || category === 'application') return TONES.app;
  return code === 1000 || code === 1005 ? TONES.normal : TONES.going;
}
