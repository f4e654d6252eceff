import type { Stream } from 'node:stream';

/**
 * Returns the error that broke a TCP or TLS socket, or an HTTP/2 stream. Returns `undefined` if there is none, or if
 * this process destroyed the stream. If bytes wait at that moment, Node cancels their write and notes `ECANCELED` as an
 * error, although neither the peer nor the network has failed.
 */
export function wireError(stream: Stream | null | undefined): NodeJS.ErrnoException | undefined {
  const { errored } = (stream ?? {}) as { readonly errored?: NodeJS.ErrnoException | null };
  return errored && errored.code !== 'ECANCELED' ? errored : undefined;
}
