import { guard, now } from '@closespan/core/platform';
import { createCloseFrameReader } from './close-frame-reader.ts';
import type { UndiciConnection } from './undici-connection.ts';
import type { Wire } from './undici-facts.ts';

/** Callbacks for events of a connection that only its wire shows, since no channel of undici tells them. */
export interface WireEvents {
  /** Called when undici has accepted the handshake's response and is about to read frames. */
  opened(connection: UndiciConnection): void;
  /** Called when the peer's Close frame has come, before undici sees the frame. */
  closeFrame(connection: UndiciConnection): void;
  /** Called when the transport has ended, before undici notices the end. */
  ended(connection: UndiciConnection): void;
}

/**
 * Watches the wire of a connection. The app's `WebSocket` and its message path are not touched: the wire's `data` event
 * has two listeners, undici's and ours. Ours is added together with undici's, because a listener of `data` makes data
 * flow.
 * @returns a function that removes the listeners
 */
export function watchWire(connection: UndiciConnection, wire: Wire, events: WireEvents): () => void {
  const read = createCloseFrameReader();

  const onNewListener = (type: string) => {
    if (type !== 'data') return;
    wire.off('newListener', onNewListener);
    wire.on('data', onData).on('close', onClose);
    guard('undici', () => events.opened(connection));
  };
  const onData = (chunk: Buffer) => guard('undici', () => readChunk(chunk));
  const onClose = () => guard('undici', () => events.ended(connection));

  function readChunk(chunk: Buffer): void {
    const frame = read(chunk);
    if (!frame) return;
    wire.off('data', onData);
    connection.noteCloseFrame({ ...frame, at: now(), written: wire.bytesWritten });
    events.closeFrame(connection);
  }

  wire.on('newListener', onNewListener);
  return () => {
    wire.off('newListener', onNewListener).off('data', onData).off('close', onClose);
  };
}
