import { ATTR_WEBSOCKET_CONNECTION_AGE_GROUP } from '@closespan/core';
import type { OpenConnections } from '../../../closes/close-store.ts';
import { element, shape } from '../dom/element.ts';
import { chartFrame, picture } from './chart-frame.ts';

/** Age groups from the youngest, with their words. */
const AGES: Readonly<Record<string, string>> = {
  lt_1m: 'under 1 min',
  lt_10m: 'under 10 min',
  lt_1h: 'under 1 h',
  lt_1d: 'under 1 day',
  ge_1d: '1 day or more',
};
const MOST_BARS = 5;
const BAR_HEIGHT = 8;

/** Open connections of one service at one side. */
interface Group {
  readonly service: string;
  readonly side: string;
  total: number;
  readonly byAge: Map<string, number>;
}

/** Chart of open connections by service and side, with their ages as tones. */
export function openNow() {
  const frame = chartFrame('open', 'Open now');

  function draw(open: readonly OpenConnections[]): void {
    const groups = groupsOf(open);
    const total = groups.reduce((sum, group) => sum + group.total, 0);
    frame.headline(
      open.length === 0 ? '–' : total.toLocaleString('en'),
      open.length === 0 ? 'not reported' : 'open, by the newest metrics',
    );
    const most = groups.reduce((size, group) => Math.max(size, group.total), 1);
    const width = Math.max(frame.picture.clientWidth, 120);
    const items = groups
      .slice(0, MOST_BARS)
      .map((group) =>
        element(
          'li',
          {},
          element(
            'span',
            { class: 'name' },
            `${group.service} `,
            element('span', { class: 'quiet' }, group.side),
          ),
          element('span', { class: 'value' }, group.total.toLocaleString('en')),
          bar(group, width, most),
        ),
      );
    frame.picture.replaceChildren(
      items.length > 0
        ? element('ul', { class: 'bars' }, ...items)
        : element(
            'p',
            { class: 'nothing' },
            'No metrics came yet. Node sends them once a minute, a page with the option metrics.',
          ),
    );
    const more = groups.length - MOST_BARS;
    frame.below.replaceChildren(
      more > 0 ? `and ${more} more services` : total > 0 ? 'Darker: open for longer.' : '',
    );
    frame.table(['Service', 'Side', 'Open', ...Object.values(AGES)], () =>
      groups.map(({ service, side, total: count, byAge }) => [
        service,
        side,
        String(count),
        ...Object.keys(AGES).map((age) => String(byAge.get(age) ?? 0)),
      ]),
    );
  }

  return { card: frame.card, draw };
}

function groupsOf(open: readonly OpenConnections[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { service, side, attributes, count } of open) {
    const key = `${side} ${service}`;
    const group = groups.get(key) ?? { service, side, total: 0, byAge: new Map() };
    groups.set(key, group);
    const age = String(attributes[ATTR_WEBSOCKET_CONNECTION_AGE_GROUP] ?? 'lt_1m');
    group.total += count;
    group.byAge.set(age, (group.byAge.get(age) ?? 0) + count);
  }
  return [...groups.values()].filter(({ total }) => total > 0).sort((a, b) => b.total - a.total);
}

function bar({ byAge }: Group, width: number, most: number): SVGSVGElement {
  let x = 0;
  const words: string[] = [];
  const parts = Object.entries(AGES).flatMap(([age, word], place) => {
    const count = byAge.get(age) ?? 0;
    if (count === 0) return [];
    words.push(`${count} ${word}`);
    const size = (count / most) * width;
    const rect = shape('rect', {
      class: `age age-${place}`,
      x,
      y: 0.5,
      width: Math.max(size - 1, 1),
      height: BAR_HEIGHT - 1,
      rx: 2,
    });
    x += size;
    return [rect];
  });
  return picture(width, BAR_HEIGHT, words.join(', '), ...parts);
}
