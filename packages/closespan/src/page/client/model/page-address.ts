import { type CloseFilter, NO_FILTER } from './close-filter.ts';

/** State of the page that its address keeps. */
export interface PageAddress {
  readonly filter: CloseFilter;
  /** Id of the close span that the page shows alone. Empty if there is none. */
  readonly close: string;
}

const NAMES = Object.keys(NO_FILTER) as (keyof CloseFilter)[];

/** Reads the state of the page from the fragment of its address. */
export function readAddress(hash = location.hash): PageAddress {
  const parameters = new URLSearchParams(hash.slice(1));
  const filter = Object.fromEntries(NAMES.map((name) => [name, parameters.get(name) ?? '']));
  return { filter: { ...NO_FILTER, ...filter }, close: parameters.get('close') ?? '' };
}

/**
 * Writes the state of the page into the fragment of its address.
 * @param isStep whether the browser's *back* leads to the state before
 */
export function writeAddress({ filter, close }: PageAddress, isStep: boolean): void {
  const parameters = new URLSearchParams(
    NAMES.filter((name) => filter[name]).map((name) => [name, filter[name]]),
  );
  if (close) parameters.set('close', close);
  const address = `${location.pathname}${parameters.size > 0 ? `#${parameters}` : ''}`;
  try {
    if (isStep) history.pushState(null, '', address);
    else history.replaceState(null, '', address);
  } catch {
    // Browsers limit how often a page may do this. The address then shows the state of the next change.
  }
}
