import { guard, now } from '@closespan/core/platform';
import { createCloseFrameReader } from './close-frame-reader.ts';
import type { UndiciConnection, Wire } from './undici-connection.ts';

/** What is learned of a connection from the socket under it, which no channel of undici tells. */
export interface WireEvents {
  /** undici has accepted the handshake's answer and is about to read frames. */
  established(connection: UndiciConnection): void;
  /** The peer's Close frame has come, and undici has not seen it yet. */
  closeFrame(connection: UndiciConnection): void;
  /** The transport has ended, and undici has not noticed yet. */
  ended(connection: UndiciConnection): void;
}

/**
 * Watches the socket under a connection. The app's `WebSocket` and its message path are not touched: undici and we are
 * the two listeners of that socket's `data`, and ours is only added together with undici's, since it makes data flow.
 * @returns what takes the listeners away
 */
export function watchWire(connection: UndiciConnection, wire: Wire, events: WireEvents): () => void {
  const read = createCloseFrameReader();

  const onNewListener = (type: string) => {
    if (type !== 'data') return;
    wire.off('newListener', onNewListener);
    wire.on('data', onData).on('close', onClose);
    guard('undici', () => events.established(connection), undefined);
  };
  const onData = (chunk: Buffer) => guard('undici', () => take(chunk), undefined);
  const onClose = () => guard('undici', () => events.ended(connection), undefined);

  function take(chunk: Buffer): void {
    const frame = read(chunk);
    if (!frame) return;
    wire.off('data', onData);
    connection.closeFrame = { ...frame, at: now(), written: wire.bytesWritten };
    events.closeFrame(connection);
  }

  wire.on('newListener', onNewListener);
  return () => {
    wire.off('newListener', onNewListener).off('data', onData).off('close', onClose);
  };
}
