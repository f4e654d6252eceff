/** Returns a number with its noun, such as `1 close` and `2 closes`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
