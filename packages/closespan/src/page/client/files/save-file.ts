import { element } from '../dom/element.ts';

/** Saves a value as a JSON file of the user. */
export function saveFile(name: string, value: unknown): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(value)], { type: 'application/json' }));
  element('a', { href: url, download: name }).click();
  // The download has its own copy of the address by the next turn.
  setTimeout(() => URL.revokeObjectURL(url));
}
