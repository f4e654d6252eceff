import { element } from '../dom/element.ts';
import { kindMark } from '../dom/kind-mark.ts';
import type { PageClose } from '../model/page-close.ts';

/** Makes the section of one end of a connection: explanation, next step, links and evidence. */
export function endSection(close: PageClose, title: string): HTMLElement {
  const { kind, code, name, cause, explanation, service, number } = close;
  const heading = `end-${number}`;
  return element(
    'section',
    { class: `end kind-${kind}`, 'aria-labelledby': heading },
    element(
      'h3',
      { id: heading },
      element('span', { class: 'side' }, title),
      element('span', { class: 'quiet' }, service),
    ),
    element(
      'p',
      { class: `code kind-${kind}` },
      kindMark(kind),
      element('b', {}, String(code ?? '?')),
      ` ${name}`,
      element('span', { class: 'tag' }, cause),
    ),
    element('p', { class: 'sentence' }, explanation.sentence),
    element('h4', {}, 'What to do'),
    element('p', {}, explanation.next),
    element('p', { class: 'links' }, ...links(close)),
    explanation.evidence.length > 0 && element('h4', {}, 'Evidence'),
    explanation.evidence.length > 0 &&
      element('ul', { class: 'evidence' }, ...explanation.evidence.map((text) => element('li', {}, text))),
  );
}

/** Makes a link to another page of the documentation than the one about the cause. */
export function docLink({ explanation: { link } }: PageClose, page: string, text: string): HTMLElement {
  return anchor(link.replace(/causes\.md#.*$/, page), text);
}

function anchor(href: string, text: string): HTMLElement {
  return element('a', { href, target: '_blank', rel: 'noopener noreferrer' }, text);
}

/** Only addresses of the documentation become links. No text of a span does. */
function links(close: PageClose): Node[] {
  const { link, runbook } = close.explanation;
  return [
    anchor(link, 'This cause'),
    ...(runbook ? [anchor(runbook, 'Runbook')] : []),
    docLink(close, 'close-codes.md', `Code ${close.code ?? ''}`),
  ];
}
