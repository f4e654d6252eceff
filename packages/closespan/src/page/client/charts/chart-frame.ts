import { element, shape } from '../dom/element.ts';

/** Card with a picture, its headline, and its content as a table for those who do not see the picture. */
export interface ChartFrame {
  readonly card: HTMLElement;
  /** Place of the picture. */
  readonly picture: HTMLElement;
  /** Place below the picture, for a legend or a note. */
  readonly below: HTMLElement;
  /** Shows the figure that the card is about, and a remark. */
  headline(figure: string, remark: string): void;
  /** Sets the content of the table. `rows` is called only while the table is open. */
  table(head: readonly string[], rows: () => readonly (readonly string[])[]): void;
}

/** Largest number of rows of the table. */
const MOST_ROWS = 200;

/** Makes an empty card. */
export function chartFrame(name: string, title: string): ChartFrame {
  const figure = element('span', { class: 'figure' });
  const remark = element('span', { class: 'remark' });
  const picture = element('div', { class: 'picture' });
  const below = element('div', { class: 'below' });
  const scroll = element('div', {
    class: 'scroll',
    tabindex: 0,
    role: 'region',
    'aria-label': `${title}, table`,
  });
  const details = element('details', { class: 'as-table' }, element('summary', {}, 'As a table'), scroll);
  const card = element(
    'section',
    { class: `card ${name}`, 'aria-labelledby': `${name}-title` },
    element('h2', { id: `${name}-title` }, title),
    element('p', { class: 'headline' }, figure, remark),
    picture,
    below,
    details,
  );
  let fill: (() => void) | undefined;
  details.addEventListener('toggle', () => {
    if (details.open) fill?.();
  });

  return {
    card,
    picture,
    below,
    headline(number, text) {
      figure.textContent = number;
      remark.textContent = text;
    },
    table(head, rows) {
      fill = () => {
        const lines = rows()
          .slice(0, MOST_ROWS)
          .map((cells) => element('tr', {}, ...cells.map((cell) => element('td', {}, cell))));
        scroll.replaceChildren(
          element(
            'table',
            {},
            element(
              'thead',
              {},
              element('tr', {}, ...head.map((cell) => element('th', { scope: 'col' }, cell))),
            ),
            element('tbody', {}, ...lines),
          ),
        );
      };
      if (details.open) fill();
    },
  };
}

/** Makes an SVG picture whose units are pixels. `label` says in words what the picture shows. */
export function picture(
  width: number,
  height: number,
  label: string,
  ...content: readonly SVGElement[]
): SVGSVGElement {
  return shape(
    'svg',
    { role: 'img', 'aria-label': label, width, height, viewBox: `0 0 ${width} ${height}` },
    ...content,
  );
}

/** Makes a text in a picture. */
export function label(x: number, y: number, text: string, anchor = 'start'): SVGTextElement {
  return shape('text', { x, y, 'text-anchor': anchor }, text);
}
