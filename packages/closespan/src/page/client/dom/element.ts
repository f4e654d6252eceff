import { visibleText } from '../model/plain-text.ts';

/** Content of an element. A text becomes a text node, with its invisible characters written out, and never is HTML. */
export type Content = Node | string | false | undefined;

/** Attributes that people read. Others are data, and stay as they are. */
const READ = ['title', 'aria-label'];
const SVG = 'http://www.w3.org/2000/svg';

/** Makes an element. Attributes whose value is `undefined` or `false` are left out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...content: readonly Content[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), attributes, content);
}

/** Makes an element of an SVG picture. */
export function shape<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...content: readonly Content[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS(SVG, tag), attributes, content);
}

/** Returns the element of the page with an id. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`Expected an element #${id} in the page`);
  return found as T;
}

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

function filled<T extends Element>(made: T, attributes: Attributes, content: readonly Content[]): T {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    const text = value === true ? '' : String(value);
    made.setAttribute(name, READ.includes(name) ? visibleText(text) : text);
  }
  for (const part of content) {
    if (part !== undefined && part !== false)
      made.append(typeof part === 'string' ? visibleText(part) : part);
  }
  return made;
}
