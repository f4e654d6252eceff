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

/** Only addresses of the documentation become links. No text of a span does. */
function links({ explanation, code }: PageClose): Node[] {
  const { link, runbook } = explanation;
  const targets: [string, string][] = [[link, 'This cause']];
  if (runbook) targets.push([runbook, 'Runbook']);
  targets.push([`${link.replace(/causes\.md#.*$/, 'close-codes.md')}`, `Code ${code ?? ''}`]);
  return targets.map(([href, text]) =>
    element('a', { href, target: '_blank', rel: 'noopener noreferrer' }, text),
  );
}
