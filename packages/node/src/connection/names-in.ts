/**
 * Returns the names in a list of extensions or subprotocols, as a header holds it. The parameters of extensions are left
 * out.
 */
export function namesIn(list: string): string[] {
  return list
    .split(',')
    .map((item) => (item.split(';')[0] ?? '').trim())
    .filter(Boolean);
}
