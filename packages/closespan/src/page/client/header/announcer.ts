import { byId } from '../dom/element.ts';
import { countText } from '../model/plain-text.ts';

/** Milliseconds between two announcements of new closes. */
const PAUSE = 10_000;

/** Says news to screen readers, politely, and never more than one sentence in ten seconds for new closes. */
export interface Announcer {
  /** Says a text at once. */
  say(text: string): void;
  /** Counts new closes, to be said together. */
  count(closes: number, abnormal: number): void;
}

/** Creates the announcer. */
export function announcer(): Announcer {
  const region = byId('live');
  let closes = 0;
  let abnormal = 0;
  let isWaiting = false;

  function sayCount(): void {
    isWaiting = closes > 0;
    if (closes === 0) return;
    region.textContent = `${countText(closes, 'new close')}, ${abnormal} abnormal`;
    closes = 0;
    abnormal = 0;
    setTimeout(sayCount, PAUSE);
  }

  return {
    say(text) {
      region.textContent = text;
    },
    count(more, moreAbnormal) {
      closes += more;
      abnormal += moreAbnormal;
      if (isWaiting) return;
      isWaiting = true;
      setTimeout(sayCount, 1000);
    },
  };
}
