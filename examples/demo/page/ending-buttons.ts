// Runs in the page of closespan, in the panel of the demo: buttons that end connections of the visitor's own browser.
import { instrumentWebSockets, queryCarrier } from '@closespan/browser';
import type { PageEnding } from '../ending-panel.ts';

/** Endings of the buttons. The build of this script replaces the name by the list. */
declare const PAGE_ENDINGS: readonly PageEnding[];

/** Milliseconds that a connection lives before the page ends it. */
const LIFETIME = 250;

const { forceFlush } = instrumentWebSockets({
  serviceName: 'closespan-demo-page',
  otlp: { url: location.origin },
  // Both ends of a connection then have one id, and stand in one row.
  carrier: queryCarrier({ propagateTo: PAGE_ENDINGS.map(({ url }) => new URL(url).origin) }),
});

const panel = document.getElementById('extension');
panel?.style.setProperty('display', 'flex');
panel?.style.setProperty('flex-wrap', 'wrap');
panel?.style.setProperty('gap', '6px');
for (const ending of PAGE_ENDINGS) addButton(ending.title, () => end(ending));
addButton('Leave the page with a connection open', leave);

function end({ url, close, abort, send }: PageEnding): void {
  const socket = new WebSocket(url);
  if (abort) socket.close();
  socket.onopen = () => {
    if (close) setTimeout(() => socket.close(...close), LIFETIME);
    if (send) socket.send('x'.repeat(send));
  };
  // A batch would wait for a second; a visitor wants to see the close now.
  socket.onclose = () => void forceFlush();
}

function leave(): void {
  const [first] = PAGE_ENDINGS;
  const socket = new WebSocket(new URL('/left-open', first?.url));
  socket.onopen = () => location.reload();
}

function addButton(title: string, act: () => void): void {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = title;
  button.addEventListener('click', act);
  panel?.append(button);
}
