import { durationText } from '@closespan/core/explain';
import { element } from '../dom/element.ts';
import { kindMark } from '../dom/kind-mark.ts';
import { type Connection, closesOf, leadingClose } from '../model/connections.ts';
import type { PageClose } from '../model/page-close.ts';
import { clockText } from '../model/plain-text.ts';

/** Headings of the columns, each with the class of its cells. */
export const COLUMNS: readonly (readonly [name: string, title: string])[] = [
  ['time', 'Time'],
  ['url', 'URL'],
  ['client', 'Client'],
  ['server', 'Server'],
  ['lifetime', 'Open for'],
  ['why', 'What happened'],
];

const SIDES = { client: 'Client', server: 'Server' } as const;

/** Makes the row of a connection, both ends side by side. */
export function connectionRow(connection: Connection, index: number): HTMLElement {
  const close = leadingClose(connection);
  const { span, host, path, lifetime, reason } = close;
  const services = closesOf(connection).map(({ service }) => service);
  const origin = [...new Set([host, ...services])].filter(Boolean).join(' · ');
  const cells: Readonly<Record<string, Node[]>> = {
    time: [
      line(clockText(span.endTime)),
      line(`.${String(Math.floor(((span.endTime % 1000) + 1000) % 1000)).padStart(3, '0')}`, true),
    ],
    url: [line(path || host || '(no URL)'), line(origin, true)],
    client: endCell(connection.client),
    server: endCell(connection.server),
    lifetime: [line(lifetime === undefined ? '–' : durationText(lifetime))],
    why: [
      // "This end" in a sentence means the end that the sentence is about.
      element(
        'span',
        { class: 'quiet' },
        connection.client && connection.server ? `${SIDES[close.side]}: ` : '',
      ),
      element('span', { class: 'sentence' }, close.explanation.sentence),
      ...(reason ? [element('bdi', { class: 'reason' }, `“${reason}”`)] : []),
    ],
  };
  return element(
    'div',
    {
      role: 'row',
      class: `row kind-${close.kind}`,
      tabindex: -1,
      // The row of headings is the first.
      'aria-rowindex': index + 2,
      'data-span': span.spanId,
    },
    ...COLUMNS.map(([name]) =>
      element('div', { role: 'gridcell', class: `cell ${name}` }, ...(cells[name] ?? [])),
    ),
  );
}

function endCell(close: PageClose | undefined): Node[] {
  if (!close) return [element('span', { class: 'absent' }, 'no record')];
  const { kind, code, name, cause } = close;
  const title = kind === 'unopened' ? 'Never opened' : name;
  return [
    element(
      'span',
      { class: `code kind-${kind}` },
      kindMark(kind),
      element('b', {}, String(code ?? '?')),
      ` ${title}`,
    ),
    line(cause.replaceAll('_', ' '), true),
  ];
}

function line(text: string, isQuiet = false): HTMLElement {
  return element('span', { class: isQuiet ? 'line quiet' : 'line' }, text);
}
