import { byId, element } from '../dom/element.ts';
import type { Connection } from '../model/connections.ts';
import { closesOf } from '../model/connections.ts';
import { COLUMNS, connectionRow } from './connection-row.ts';
import { shownRange } from './shown-range.ts';

/** Table of connections, the newest first. Only rows in sight are elements, so that many rows cost nothing. */
export interface ConnectionTable {
  /** Shows connections, which are given in the order of arrival. Marks the connection that the page shows alone. */
  show(list: readonly Connection[], marked: Connection | undefined): void;
  /** Puts the focus on the row of the marked connection, or on the first row. */
  focus(): void;
}

/** Number of rows that *page up* and *page down* pass. */
const PAGE = 10;

/** A grid (ARIA § grid): arrow keys move through its rows. */
const GRID = { role: 'grid', 'aria-labelledby': 'list-title', 'aria-readonly': 'true' };

/** Creates the table. `onOpen` gets the connection of a click or of Enter, `onMove` that of an arrow key. */
export function connectionTable(
  onOpen: (connection: Connection) => void,
  onMove: (connection: Connection) => void,
): ConnectionTable {
  const grid = byId('table');
  const scroller = byId('scroller');
  const heads = COLUMNS.map(([name, title]) =>
    element('div', { role: 'columnheader', class: `cell ${name}` }, title),
  );
  const body = element('div', { role: 'rowgroup', class: 'rows' });
  for (const [name, value] of Object.entries(GRID)) grid.setAttribute(name, value);
  grid.replaceChildren(
    element(
      'div',
      { role: 'rowgroup', class: 'head' },
      element('div', { role: 'row', 'aria-rowindex': 1, class: 'row' }, ...heads),
    ),
    body,
  );
  let list: readonly Connection[] = [];
  let newest: Connection | undefined;
  let marked: Connection | undefined;
  /** The row that Tab reaches. */
  let current: Connection | undefined;
  let rows = new Map<Connection, { row: HTMLElement; shown: string }>();

  const placeOf = (connection: Connection | undefined) =>
    connection ? list.length - 1 - list.lastIndexOf(connection) : list.length;
  const at = (place: number) => list[list.length - 1 - place];

  function draw(): void {
    const height = rowHeight();
    body.style.height = `${Math.max(list.length * height, 1)}px`;
    const { from, to } = shownRange(body, height, list.length);
    const focused = document.activeElement;
    const hadFocus = focused instanceof HTMLElement && body.contains(focused);
    if (!current || placeOf(current) >= list.length) current = list.at(-1);
    const shown = new Set<number>();
    for (let place = from; place < to; place++) shown.add(place);
    // The row with the focus stays an element, wherever it is: without it the focus would be lost.
    const currentPlace = placeOf(current);
    if (currentPlace < list.length) shown.add(currentPlace);
    const kept: typeof rows = new Map();
    for (const place of [...shown].sort((a, b) => a - b)) {
      const connection = at(place);
      if (!connection) continue;
      const key = `${closesOf(connection).map(({ number }) => number)}`;
      const known = rows.get(connection);
      const row = known?.shown === key ? known.row : connectionRow(connection, place);
      if (known && known.row !== row) known.row.replaceWith(row);
      row.style.transform = `translateY(${place * height}px)`;
      row.setAttribute('aria-rowindex', String(place + 2));
      row.setAttribute('aria-selected', String(connection === marked));
      row.tabIndex = connection === current ? 0 : -1;
      kept.set(connection, { row, shown: key });
    }
    for (const [connection, { row }] of rows) if (!kept.has(connection)) row.remove();
    rows = kept;
    // In the order of the table, which screen readers follow.
    let before: Element | null = null;
    for (const { row } of kept.values()) {
      const expected: Element | null = before ? before.nextElementSibling : body.firstElementChild;
      if (row !== expected) body.insertBefore(row, expected);
      before = row;
    }
    if (hadFocus && !body.contains(document.activeElement)) rows.get(current as Connection)?.row.focus();
  }

  function rowHeight(): number {
    return Number.parseFloat(getComputedStyle(grid).getPropertyValue('--row')) || 44;
  }

  function moveTo(place: number): void {
    const connection = at(Math.min(Math.max(place, 0), list.length - 1));
    if (!connection) return;
    current = connection;
    draw();
    const row = rows.get(connection)?.row;
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'nearest' });
    onMove(connection);
  }

  grid.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || list.length === 0) return;
    const place = placeOf(current);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: place + 1,
      ArrowUp: place - 1,
      PageDown: place + PAGE,
      PageUp: place - PAGE,
      Home: 0,
      End: list.length - 1,
    };
    const target = moves[event.key];
    if (target !== undefined) moveTo(target);
    else if ((event.key === 'Enter' || event.key === ' ') && current) onOpen(current);
    else return;
    event.preventDefault();
  });
  body.addEventListener('click', ({ target }) => {
    const row = target instanceof Element ? target.closest('.row') : null;
    for (const [connection, shown] of rows) {
      if (shown.row !== row) continue;
      current = connection;
      onOpen(connection);
    }
  });
  let isDue = false;
  const drawSoon = () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      draw();
    });
  };
  document.addEventListener('scroll', drawSoon, { capture: true, passive: true });
  new ResizeObserver(drawSoon).observe(scroller);

  return {
    show(next, chosen) {
      marked = chosen;
      current = chosen ?? current;
      // The list may be the one from before, with more in it.
      const top = newest;
      list = next;
      newest = list.at(-1);
      grid.setAttribute('aria-rowcount', String(list.length + 1));
      // Who has scrolled down reads: rows that arrive above must not move these.
      const added = top ? placeOf(top) : 0;
      if (scroller.scrollTop > 0 && added > 0 && added < list.length) {
        body.style.height = `${list.length * rowHeight()}px`;
        scroller.scrollTop += added * rowHeight();
      }
      draw();
    },
    focus() {
      const row = current && rows.get(current)?.row;
      row?.focus();
    },
  };
}
