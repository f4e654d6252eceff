/** A TCP or TLS socket, or another stream that counts its bytes. A TLS socket counts bytes before encryption. */
export interface CountedStream {
  readonly bytesRead?: number;
  readonly bytesWritten?: number;
  /** Number of bytes that Node has passed to the system. `bytesWritten` also counts bytes that wait in Node. */
  readonly _bytesDispatched?: number;
}

/** Returns the number of bytes that a stream has received; `undefined` if the stream does not count them. */
export function receivedBy({ bytesRead }: CountedStream): number | undefined {
  return typeof bytesRead === 'number' ? bytesRead : undefined;
}

/** Returns the number of bytes that a stream has passed to the system; `undefined` if the stream does not count them. */
export function sentBy(stream: CountedStream): number | undefined {
  const sent = stream._bytesDispatched ?? stream.bytesWritten;
  return typeof sent === 'number' ? sent : undefined;
}
