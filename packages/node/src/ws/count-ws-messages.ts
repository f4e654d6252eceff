import { watchSends } from '@closespan/core/messages';
import { OPEN, patchAround } from '@closespan/core/platform';
import { countsOf, sizeOf, startCounts } from '../connection/message-slot.ts';
import type { SocketMessages } from '../connection/socket-messages.ts';
import { patchInherited } from '../runtime/patch-inherited.ts';
import { IS_BUN } from '../runtime/which-runtime.ts';
import type { WsSocket } from './ws-socket.ts';

/**
 * Counts the messages of a `ws` class, for the option `messages`: sent ones by the method `send`, received ones by the
 * parser of frames that `ws` makes for each socket.
 * @param isCounted says whether a socket that opens is counted; ignored sockets are not
 * @returns functions that stop this
 */
export function countWsMessages(
  prototype: object,
  isCounted: (socket: WsSocket) => boolean,
): ((() => void) | undefined)[] {
  return [
    watchSends(prototype, 'send', openCountsOf, noteSend),
    IS_BUN
      ? patchInherited(prototype, 'emit', (socket, [event, data]) =>
          noteEmit(socket as WsSocket, event, data),
        )
      : patchAround(prototype, 'setSocket', (socket) => {
          if (!isCounted(socket as WsSocket)) return undefined;
          // The app's listeners for `open` may send: they run within the call.
          startCounts(socket);
          return () => countReceived(socket as WsSocket);
        }),
  ];

  function noteEmit(socket: WsSocket, event: unknown, data: unknown): undefined {
    if (event === 'open' && isCounted(socket)) startCounts(socket);
    if (event === 'message') countsOf(socket)?.noteReceived(receivedSize(data));
  }
}

/** Counts the messages that an open socket receives from now on. The socket's own listeners are not touched. */
export function countReceived(socket: WsSocket): void {
  const counts = startCounts(socket);
  socket._receiver?.prependListener('message', (data: unknown) => counts.noteReceived(receivedSize(data)));
}

function openCountsOf(socket: object): SocketMessages | undefined {
  const counts = countsOf(socket);
  return counts && (socket as WsSocket).readyState === OPEN ? counts : undefined;
}

function noteSend(counts: SocketMessages, [data, options]: readonly unknown[], socket: object): void {
  // The app may send a message in parts.
  counts.noteSent(sentSize(data), (options as { fin?: boolean } | undefined)?.fin !== false);
  counts.noteUnsent((socket as WsSocket).bufferedAmount);
}

/** Returns the bytes of a message that came. With the type `fragments`, `ws` hands over a list of buffers. */
function receivedSize(data: unknown): number {
  return Array.isArray(data) ? data.reduce((sum, part) => sum + sizeOf(part), 0) : sizeOf(data);
}

/** Returns the bytes of a message that the app sends. `ws` makes an empty message of nothing, and bytes of an array. */
function sentSize(data: unknown): number {
  if (data === undefined || data === null || data === false) return 0;
  return Array.isArray(data) ? data.length : sizeOf(data);
}
