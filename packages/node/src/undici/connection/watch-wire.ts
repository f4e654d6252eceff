import { guard, now } from '@closespan/core/platform';
import { createCloseFrameReader } from './close-frame-reader.ts';
import type { UndiciConnection } from './undici-connection.ts';
import type { Wire } from './undici-facts.ts';

/**
 * Callbacks for events that only the wire of a connection (a TCP socket, TLS socket or HTTP/2 stream) reports. No
 * diagnostics channel of undici reports these events.
 */
export interface WireEvents {
  /** Called when undici has accepted the handshake's response and is about to read frames. */
  opened(connection: UndiciConnection): void;
  /** Called when the peer's Close frame has come, before undici reads the frame. */
  closeFrame(connection: UndiciConnection): void;
  /** Called when the TCP socket, TLS socket or HTTP/2 stream has ended and nothing has read frames from it. */
  lost(connection: UndiciConnection): void;
  /** Called when the TCP socket, TLS socket or HTTP/2 stream has ended, before undici notices the end. */
  ended(connection: UndiciConnection): void;
}

/**
 * Watches the wire of a connection: a TCP socket, a TLS socket or an HTTP/2 stream. The app's `WebSocket` and the path
 * of its messages are not touched. The wire's `data` event has two listeners, one of undici and one of closespan. Both
 * are added at one moment, because a listener for `data` makes data flow.
 * @returns a function that removes the listeners
 */
export function watchWire(connection: UndiciConnection, wire: Wire, events: WireEvents): () => void {
  const read = createCloseFrameReader();

  const onNewListener = (type: string) => {
    if (type !== 'data') return;
    wire.off('newListener', onNewListener);
    wire.on('data', onData);
    guard('undici', () => events.opened(connection));
  };
  const isCounted = typeof wire.bytesRead === 'number';
  const onData = (chunk: Buffer) => guard('undici', () => readChunk(chunk));
  const onClose = () =>
    guard('undici', () => (connection.isPending ? events.lost(connection) : events.ended(connection)));

  function readChunk(chunk: Buffer): void {
    if (!isCounted) connection.noteReceived(chunk.length);
    const frame = read(chunk);
    if (!frame) return;
    wire.off('data', onData);
    connection.noteCloseFrame({ ...frame, at: now(), written: wire.bytesWritten });
    events.closeFrame(connection);
    // undici has read the frame by then. If the connection is lost, the bytes of undici's response count no more.
    process.nextTick(() => connection.noteCloseReturned());
  }

  wire.on('close', onClose).on('newListener', onNewListener);
  return () => {
    wire.off('newListener', onNewListener).off('data', onData).off('close', onClose);
  };
}
