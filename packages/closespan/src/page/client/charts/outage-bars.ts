import { durationText } from '@closespan/core/explain';
import { element, shape } from '../dom/element.ts';
import type { PageOutage } from '../model/outages.ts';
import { clockText, countText } from '../model/plain-text.ts';
import { chartFrame, picture } from './chart-frame.ts';

const MOST_BARS = 5;
const BAR_HEIGHT = 8;

/** Chart of outages: a bar from each loss to the next opening, the newest first. */
export function outageBars() {
  const frame = chartFrame('outages', 'Reconnects');

  function draw(outages: readonly PageOutage[]): void {
    const longest = outages.reduce((most, { downtime }) => Math.max(most, downtime), 0);
    const newest = outages.slice(-MOST_BARS).reverse();
    const open = outages.filter(({ isOver }) => !isOver).length;
    const without = open > 0 ? `, ${open} without a return` : '';
    frame.headline(
      outages.length.toLocaleString('en'),
      outages.length === 0 ? 'outages of clients' : `outages${without}, longest ${durationText(longest)}`,
    );
    // A clean scale: the longest of the bars that are shown.
    const scale = newest.reduce((most, { downtime }) => Math.max(most, downtime), 0.001);
    const width = Math.max(frame.picture.clientWidth, 120);
    const items = newest.map((outage) =>
      element(
        'li',
        {},
        element('span', { class: 'name' }, outage.path || outage.host || '(no URL)'),
        element('span', { class: 'value' }, valueText(outage)),
        bar(outage, width, scale),
      ),
    );
    frame.picture.replaceChildren(
      items.length > 0
        ? element('ul', { class: 'bars' }, ...items)
        : element('p', { class: 'nothing' }, 'No client lost a connection and came back.'),
    );
    const more = outages.length - newest.length;
    frame.below.replaceChildren(more > 0 ? `and ${more.toLocaleString('en')} before` : '');
    frame.table(['Lost at', 'URL', 'Service', 'Away for', 'Attempts', 'Causes', 'Came back'], () =>
      outages
        .toReversed()
        .map(({ span, host, path, service, downtime, attempts, causes, isOver }) => [
          clockText(span.startTime),
          `${host}${path}`,
          service,
          durationText(downtime),
          String(attempts),
          causes.join(', '),
          isOver ? 'yes' : 'no',
        ]),
    );
  }

  return { card: frame.card, draw };
}

function valueText({ downtime, attempts, isOver }: PageOutage): string {
  const tries = countText(attempts, 'try', 'tries');
  return isOver ? `${durationText(downtime)}, ${tries}` : `not back, ${durationText(downtime)}`;
}

function bar(outage: PageOutage, width: number, scale: number): SVGSVGElement {
  const length = Math.max((outage.downtime / scale) * width, 2);
  const { causes } = outage;
  const words = `Lost at ${clockText(outage.span.startTime)}, ${valueText(outage)}`;
  return picture(
    width,
    BAR_HEIGHT,
    causes.length > 0 ? `${words}, ${causes.join(', ')}` : words,
    shape('rect', {
      class: outage.isOver ? 'outage' : 'outage open',
      x: 0.5,
      y: 0.5,
      width: Math.max(length - 1, 1),
      height: BAR_HEIGHT - 1,
      rx: 2,
    }),
  );
}
