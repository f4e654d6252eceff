import { type Content, element } from '../dom/element.ts';
import type { PageClose } from '../model/page-close.ts';

/** Makes a table of everything that the spans hold. With two ends, a row that differs is marked. */
export function attributeTable(closes: readonly PageClose[]): HTMLElement {
  return table('Attributes', closes, ({ span }) => [
    ...Object.entries(span.attributes),
    ['(end)', new Date(span.endTime).toISOString()],
    ['(length of the span)', `${Math.round(span.endTime - span.startTime)} ms`],
    ['(trace id)', span.traceId],
    ['(span id)', span.spanId],
    ...span.links.map((link, place): [string, string] => [
      `(link ${place + 1})`,
      [link.spanId, ...Object.values(link.attributes)].join(' '),
    ]),
  ]);
}

/** Makes a table of the resources: the processes and pages that reported the close. */
export function resourceTable(closes: readonly PageClose[]): HTMLElement {
  return table('Resource', closes, ({ span: { resource, scope } }) => [
    ...Object.entries(resource),
    ['(scope)', `${scope.name} ${scope.version ?? ''}`],
  ]);
}

type Entries = readonly (readonly [name: string, value: unknown])[];

function table(
  title: string,
  closes: readonly PageClose[],
  entriesOf: (close: PageClose) => Entries,
): HTMLElement {
  const columns = closes.map((close) => new Map(entriesOf(close)));
  const names = [...new Set(columns.flatMap((column) => [...column.keys()]))];
  const rows = names.map((name) => {
    const texts = columns.map((column) => textOf(column.get(name)));
    const differs = new Set(texts).size > 1;
    const cells = differs ? texts : texts.slice(0, 1);
    return element(
      'tr',
      { class: differs && 'differs' },
      element('th', { scope: 'row' }, element('bdi', {}, ...breakable(name))),
      ...cells.map((text) =>
        element('td', { colspan: differs ? 1 : texts.length }, element('bdi', {}, text || '–')),
      ),
    );
  });
  const head = ['Name', ...closes.map(({ side }) => (side === 'client' ? 'Client' : 'Server'))];
  return element(
    'details',
    { class: 'attributes', open: title === 'Attributes' },
    element('summary', {}, title, element('span', { class: 'quiet' }, ` ${names.length}`)),
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...head.map((text) => element('th', { scope: 'col' }, text)))),
      element('tbody', {}, ...rows),
    ),
  );
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** Lets a long name break behind its dots and underscores. */
function breakable(name: string): Content[] {
  return name.split(/(?<=[._])/).flatMap((part) => [part, element('wbr')]);
}
