import { closesOverTime } from './charts/closes-over-time.ts';
import { lifetimes } from './charts/lifetimes.ts';
import { openNow } from './charts/open-now.ts';
import { outageBars } from './charts/outage-bars.ts';
import { closeView } from './close-view/close-view.ts';
import { byId } from './dom/element.ts';
import { offerFiles } from './files/offer-files.ts';
import { announcer } from './header/announcer.ts';
import { filterBar } from './header/filter-bar.ts';
import { showStart } from './header/start-help.ts';
import { showStatus } from './header/status.ts';
import { followReceiver, type LiveState } from './live-events.ts';
import { type CloseFilter, filterConnections, isEmpty, NO_FILTER } from './model/close-filter.ts';
import { type Connection, leadingClose, neighboursOf } from './model/connections.ts';
import { paced } from './model/paced.ts';
import { type PageAddress, readAddress, writeAddress } from './model/page-address.ts';
import { createModel } from './model/page-model.ts';
import { countText } from './model/plain-text.ts';
import { connectionTable } from './table/connection-table.ts';

let live = createModel();
/** Content of a file, while the page shows the file instead of the receiver. */
let file: { readonly name: string; readonly model: typeof live } | undefined;
let state: LiveState = 'connecting';
let address = readAddress();
/** Number of the newest close when the user paused. */
let pausedAt: number | undefined;
let newest = 0;

/** Charts count every row. They may lag behind the table. */
const drawSummary = paced(400);
const pace = paced(30);
const drawSoon = (): void => pace(draw);

const says = announcer();
const table = connectionTable(
  (connection) => open(connection, true),
  (connection) => {
    if (address.close) open(connection, false);
  },
);
const view = closeView((connection) => open(connection, true), hide);
const bar = filterBar(filterBy);
const closes = closesOverTime((code) => filterBy({ code }));
const scatter = lifetimes(({ span }) => {
  const connection = model().connections.ofSpan(span.spanId);
  if (connection) open(connection, true);
});
const outages = outageBars();
const connectionsOpen = openNow();
byId('charts').append(closes.card, scatter.card, outages.card, connectionsOpen.card);

followReceiver({
  onStart() {
    live = createModel();
    newest = 0;
    pausedAt = pausedAt && 0;
  },
  onNews(news, isNew) {
    const added = live.add(news);
    for (const { number } of news.closes) newest = Math.max(newest, number);
    if (isNew && !file && pausedAt === undefined) says.count(added.closes, added.abnormal);
    drawSoon();
  },
  onState(next) {
    state = next;
    drawSoon();
  },
});
offerFiles({
  exported: () => {
    const { connections, outages: spans, open: counts, forgotten, otherSpans } = model();
    return { connections: connections.list, outages: spans, open: counts, forgotten, otherSpans };
  },
  onRead(name, read) {
    file = { name, model: createModel() };
    file.model.add(read);
    says.say(`${name}: ${countText(file.model.connections.list.length, 'connection')}`);
    go({ filter: NO_FILTER, close: '' }, true);
  },
  onError: (message) => says.say(message),
});
byId('live-again').addEventListener('click', () => {
  file = undefined;
  go({ filter: NO_FILTER, close: '' }, true);
});
byId('pause').addEventListener('click', () => {
  pausedAt = pausedAt === undefined ? newest : undefined;
  says.say(pausedAt === undefined ? 'Live again' : 'Paused');
  drawSoon();
});
byId('clear-filter').addEventListener('click', () => go({ ...address, filter: NO_FILTER }, false));
// The fragment of the address is the page's own.
byId('skip').addEventListener('click', (event) => {
  event.preventDefault();
  table.focus();
});
// The fragment decides, also if the user writes it by hand.
window.addEventListener('popstate', () => {
  address = readAddress();
  drawSoon();
});
window.addEventListener('resize', drawSoon);
// On a narrow screen the table comes first.
if (innerWidth < 700) byId<HTMLDetailsElement>('charts-fold').open = false;
byId('charts-fold').addEventListener('toggle', drawSoon);

function model(): typeof live {
  return file?.model ?? live;
}

/** Opens a connection in the view. The focus goes along if the user asked for the view. */
function open(connection: Connection, withFocus: boolean): void {
  go({ ...address, close: leadingClose(connection).span.spanId }, withFocus);
  draw();
  if (withFocus) view.focus();
}

function hide(): void {
  go({ ...address, close: '' }, true);
  draw();
  table.focus();
}

function filterBy(changed: Partial<CloseFilter>): void {
  go({ ...address, filter: { ...address.filter, ...changed } }, false);
}

function go(next: PageAddress, isStep: boolean): void {
  address = next;
  writeAddress(address, isStep);
  drawSoon();
}

/** The connection in the view, and the closes that made the view. */
let viewed = '';

function draw(): void {
  const { connections, forgotten, otherSpans, outages: spans, open: counts } = model();
  const limit = file ? undefined : pausedAt;
  const all =
    limit === undefined ? connections.list : connections.list.filter(({ number }) => number <= limit);
  const shown = filterConnections(all, address.filter);
  const waiting = connections.list.length - all.length;
  showStatus({ state, file: file?.name, isPaused: limit !== undefined, waiting, forgotten, otherSpans });
  showStart(!file && all.length === 0 && spans.length === 0 && waiting === 0, otherSpans);
  byId('shown').textContent = isEmpty(address.filter)
    ? countText(all.length, 'connection')
    : `${shown.length.toLocaleString('en')} of ${countText(all.length, 'connection')}`;
  byId('clear-filter').hidden = isEmpty(address.filter);
  byId('nothing-found').hidden = shown.length > 0 || all.length === 0;

  const chosen = address.close ? connections.ofSpan(address.close) : undefined;
  table.show(shown, chosen);
  if (chosen) {
    const neighbours = neighboursOf(chosen, connections);
    const key = [chosen.client, chosen.server, neighbours.before?.client, neighbours.after?.client]
      .map((close) => close?.number)
      .join();
    if (key !== viewed) view.show(chosen, neighbours);
    viewed = key;
  } else if (viewed) {
    viewed = '';
    view.hide();
  }
  drawSummary(() => {
    bar.show(address.filter, all);
    if (!byId<HTMLDetailsElement>('charts-fold').open) return;
    closes.draw(shown, address.filter.code);
    scatter.draw(shown);
    outages.draw(spans);
    connectionsOpen.draw(counts);
  });
}

draw();
