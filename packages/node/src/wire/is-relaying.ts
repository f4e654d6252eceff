import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Internal state of a readable stream: the streams into which it is piped. */
interface PipedStream {
  readonly _readableState?: { readonly pipes?: unknown };
}

/**
 * Says whether the bytes of a stream go unread into another TCP or TLS socket, as a proxy passes them on. Libraries that
 * read frames may pipe a stream into a parser, which is no socket.
 */
export function isRelaying(stream: Duplex): boolean {
  const pipes = (stream as PipedStream)._readableState?.pipes;
  return Array.isArray(pipes) && pipes.some((target) => target instanceof Socket);
}
