/** Returns the number of columns of a terminal, 80 if it is not known. Lines of other streams have no limit. */
export function widthOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): number {
  return stream.isTTY ? (stream.columns ?? 80) : Number.POSITIVE_INFINITY;
}
