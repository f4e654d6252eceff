/** Returns a text that is kept: cut, and by way of a buffer, since a slice would keep the whole text in memory. */
export function keptText(text: string, limit: number): string {
  return text.length > limit ? `${Buffer.from(text.slice(0, limit))}` : text;
}
