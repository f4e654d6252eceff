import { byId } from '../dom/element.ts';
import type { LiveState } from '../live-events.ts';
import { countText } from '../model/plain-text.ts';

/** State of the page that its header shows. */
export interface PageStatus {
  readonly state: LiveState;
  /** Name of the file that the page shows. `undefined` while the page shows the receiver. */
  readonly file: string | undefined;
  readonly isPaused: boolean;
  /** Number of connections that wait while the page is paused. */
  readonly waiting: number;
  readonly forgotten: number;
  readonly otherSpans: number;
}

const WORDS: Readonly<Record<LiveState, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Receiver away, trying again',
};

/** Shows the state in the header. */
export function showStatus({ state, file, isPaused, waiting, forgotten, otherSpans }: PageStatus): void {
  const status = byId('status');
  const kind = file === undefined ? (isPaused && state === 'live' ? 'paused' : state) : 'file';
  status.dataset['state'] = kind;
  const words = kind === 'file' ? `File ${file}` : kind === 'paused' ? 'Paused' : WORDS[state];
  if (byId('status-text').textContent !== words) byId('status-text').textContent = words;
  byId('address').textContent = file === undefined ? location.host : '';
  byId('live-again').hidden = file === undefined;
  const pause = byId('pause');
  pause.hidden = file !== undefined;
  pause.textContent = isPaused
    ? `Resume${waiting > 0 ? ` (${waiting.toLocaleString('en')} new)` : ''}`
    : 'Pause';
  const remarks = [
    forgotten > 0 && `${forgotten.toLocaleString('en')} older forgotten`,
    otherSpans > 0 && countText(otherSpans, 'other span'),
  ];
  byId('remarks').textContent = remarks.filter(Boolean).join(' · ');
}
