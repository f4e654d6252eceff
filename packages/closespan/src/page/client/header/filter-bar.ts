import { byId, element } from '../dom/element.ts';
import type { CloseFilter } from '../model/close-filter.ts';
import { type Connection, closesOf } from '../model/connections.ts';
import { visibleText } from '../model/plain-text.ts';

/** Largest number of choices of one list. */
const MOST_CHOICES = 200;

const CHOICES: readonly (readonly [name: 'code' | 'cause' | 'service', every: string])[] = [
  ['code', 'Every code'],
  ['cause', 'Every cause'],
  ['service', 'Every service'],
];

/** Fields that filter the page. */
export interface FilterBar {
  /** Shows a filter, with the codes, causes and services of all connections as choices. */
  show(filter: CloseFilter, all: readonly Connection[]): void;
}

/** Creates the fields. `onChange` gets the condition that the user has changed. */
export function filterBar(onChange: (changed: Partial<CloseFilter>) => void): FilterBar {
  const form = byId<HTMLFormElement>('filter');
  const text = byId<HTMLInputElement>('filter-text');
  const abnormal = byId<HTMLInputElement>('filter-abnormal');
  const select = (name: string) => byId<HTMLSelectElement>(`filter-${name}`);

  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('input', ({ target }) => {
    if (target === text) onChange({ text: text.value });
    else if (target === abnormal) onChange({ abnormal: abnormal.checked ? 'yes' : '' });
    for (const [name] of CHOICES) {
      if (target === select(name)) onChange({ [name]: select(name).value });
    }
  });
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    text.focus();
  });

  return {
    show(filter, all) {
      if (text.value !== filter.text) text.value = filter.text;
      abnormal.checked = filter.abnormal !== '';
      for (const [name, every] of CHOICES)
        fillChoices(select(name), every, countsOf(all, name), filter[name]);
    },
  };
}

/** Counts connections, not ends: both ends of a connection often have one code. */
function countsOf(all: readonly Connection[], name: 'code' | 'cause' | 'service'): [string, number][] {
  const counts = new Map<string, number>();
  for (const connection of all) {
    const values = new Set(closesOf(connection).map((close) => String(close[name] ?? '')));
    values.delete('');
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true })).slice(0, MOST_CHOICES);
}

function fillChoices(
  select: HTMLSelectElement,
  every: string,
  counts: readonly [string, number][],
  chosen: string,
): void {
  const choices: [value: string, text: string][] = [['', every]];
  if (chosen && !counts.some(([value]) => value === chosen))
    choices.push([chosen, `${visibleText(chosen)} (0)`]);
  for (const [value, count] of counts) choices.push([value, `${visibleText(value)} (${count})`]);
  const isSame =
    select.options.length === choices.length &&
    choices.every(([value, text], place) => {
      const option = select.options[place];
      return option?.value === value && option.text === text;
    });
  // A list that is open must not change under the user's hand.
  if (!isSame && document.activeElement !== select) {
    select.replaceChildren(...choices.map(([value, text]) => element('option', { value }, text)));
  }
  if (select.value !== chosen) select.value = chosen;
}
