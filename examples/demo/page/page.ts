import { instrumentWebSockets } from '@closespan/browser';
import type { CloseRow } from '../close-row.ts';
import type { Ending } from '../endings.ts';

type PageRow = CloseRow & { readonly service: string };
type PageEnding = Omit<Ending, 'peer'> & { readonly url: string };

/** Milliseconds that a connection lives before the page ends it. */
const LIFETIME = 250;
const SERVICE = 'closespan-demo-page';

const { forceFlush } = instrumentWebSockets({
  serviceName: SERVICE,
  otlp: { url: `${location.origin}/otlp` },
});

const endings: readonly PageEnding[] = await (await fetch('endings')).json();
for (const ending of endings) addButton(ending.title, () => end(ending));
addButton('Leave the page with a connection open', leave);

const counts = new Map<number, { name: string; normal: number; abnormal: number }>();
new EventSource('spans').addEventListener('message', ({ data }: MessageEvent<string>) => {
  const row: PageRow = JSON.parse(data);
  byId('rows').prepend(rowElement(row));
  byId('count').textContent = String(byId('rows').childElementCount);
  countClose(row);
});

function end({ url, close, abort, send }: PageEnding): void {
  const socket = new WebSocket(url);
  if (abort) socket.close();
  socket.onopen = () => {
    if (close) setTimeout(() => socket.close(...close), LIFETIME);
    if (send) socket.send('x'.repeat(send));
  };
  // A batch would wait for some seconds; a visitor wants to see the span now.
  socket.onclose = () => void forceFlush();
}

function leave(): void {
  const [first] = endings;
  const socket = new WebSocket(new URL('/left-open', first?.url));
  socket.onopen = () => location.reload();
}

function countClose({ code, name, errorType }: PageRow): void {
  const entry = counts.get(code) ?? { name, normal: 0, abnormal: 0 };
  entry[errorType ? 'abnormal' : 'normal']++;
  counts.set(code, entry);
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const most = Math.max(...sorted.map(([, { normal, abnormal }]) => normal + abnormal));
  byId('chart').replaceChildren(
    ...sorted.flatMap(([of, { name: title, normal, abnormal }]) => {
      const bar = element('div', '', 'bar');
      for (const [kind, count] of Object.entries({ normal, abnormal })) {
        const part = element('div', '', kind);
        part.style.width = `${(count / most) * 100}%`;
        if (count > 0) bar.append(part);
      }
      return [element('span', `${of} ${title}`), bar, element('span', String(normal + abnormal), 'number')];
    }),
  );
}

/** What peers wrote goes in as text, never as markup. */
function rowElement(row: PageRow): HTMLElement {
  const fromPage = row.service === SERVICE;
  const from = element('td', '');
  from.append(element('span', fromPage ? 'this page' : `Node ${row.side}`, fromPage ? 'tag page' : 'tag'));
  const cells = [
    from,
    element('td', String(row.code), 'number'),
    element('td', row.name),
    element('td', row.clean ? 'yes' : 'no'),
    element('td', row.initiator),
    element('td', row.cause),
    element('td', row.sentence),
    element('td', row.reason),
    element('td', row.duration === undefined ? '-' : `${row.duration.toFixed(0)} ms`, 'number'),
    element('td', row.url),
  ];
  const line = element('tr', '', row.errorType ? 'abnormal' : '');
  line.append(...cells);
  return line;
}

function addButton(title: string, act: () => void): void {
  const button = element('button', title);
  button.addEventListener('click', act);
  byId('buttons').append(button);
}

function element(tag: string, text: string, className = ''): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`Expected an element #${id} in the page`);
  return found;
}
