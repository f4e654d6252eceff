import { plural } from '../terminal/plural.ts';
import { plannedTime } from './found-words.ts';
import type { PingCount } from './heartbeat.ts';

/** Where a probe writes lines. */
type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Says that a connection is still open. */
export interface Progress {
  /** Says so once a minute, or on a terminal each second in one place. */
  tick(milliseconds: number, pings: PingCount): void;
  /** Removes the text that stands on a terminal. */
  clear(): void;
}

const MINUTE = 60_000;
/** Moves to the start of the line, and removes its text (ECMA-48 §8.3.41, `EL`). */
const CLEAR_LINE = '\r\u001b[K';

/** Makes a progress that writes to an output. */
export function showProgress(output: Output): Progress {
  let minutes = 0;
  let isShown = false;
  return {
    tick(milliseconds, { sent, answered }) {
      const pings = sent > 0 ? `, ${plural(sent, 'ping')} sent, ${plural(answered, 'pong')} came` : '';
      const text = `  open for ${plannedTime(Math.floor(milliseconds / 1000) * 1000)}${pings}`;
      if (output.isTTY) {
        isShown = true;
        output.write(`${CLEAR_LINE}${text}`);
      } else if (Math.floor(milliseconds / MINUTE) !== minutes) {
        minutes = Math.floor(milliseconds / MINUTE);
        if (minutes > 0) output.write(`${text}\n`);
      }
    },
    clear() {
      minutes = 0;
      if (isShown) output.write(CLEAR_LINE);
      isShown = false;
    },
  };
}
