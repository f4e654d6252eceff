import { type ReadCloses, readCloses } from './files/read-closes.ts';
import { isObject } from './model/read-span.ts';

/** State of the connection to the receiver. */
export type LiveState = 'connecting' | 'live' | 'lost';

/** Listeners of the live events. */
export interface LiveListeners {
  /** A process of the receiver begins to send, from its first close on. */
  onStart(): void;
  /** @param isNew `false` for what the receiver had before this page came */
  onNews(news: ReadCloses, isNew: boolean): void;
  onState(state: LiveState): void;
}

/** Milliseconds before the page connects again, if the browser does not. */
const RETRY = 3000;

/** Follows the receiver. After a loss the browser connects again, and the receiver continues after the last event. */
export function followReceiver({ onStart, onNews, onState }: LiveListeners): void {
  let run = '';
  let hasAll = false;
  connect();

  function connect(): void {
    const source = new EventSource('events');
    source.addEventListener('open', () => onState('live'));
    source.addEventListener('error', () => {
      onState('lost');
      // A response that is no stream ends the source for good.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, RETRY);
    });
    source.addEventListener('message', ({ data }: MessageEvent<string>) => {
      const value: unknown = JSON.parse(data);
      if (!isObject(value)) return;
      if (value['run'] !== run) {
        run = String(value['run']);
        hasAll = false;
        onStart();
      }
      onNews(readCloses(value), hasAll);
      hasAll ||= value['more'] === false;
    });
  }
}
