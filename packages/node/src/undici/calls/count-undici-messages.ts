import { watchSends } from '@closespan/core/messages';
import { OPEN, stopAll } from '@closespan/core/platform';
import { countsOf, sizeOf, startCounts } from '../../connection/message-slot.ts';
import type { SocketMessages } from '../../connection/socket-messages.ts';
import { patchInherited } from '../../runtime/patch-inherited.ts';
import type { Wire } from '../connection/undici-facts.ts';
import { ownerOfClose } from './close-calls.ts';

/** Counts the messages of undici's `WebSocket`, for the option `messages`. */
export interface UndiciMessages {
  /** Counts the messages of a class in place. A second call for one class does nothing. */
  watch(prototype: object | undefined): void;
  stop(): void;
}

/**
 * Makes a counter of the messages of undici. Received messages are seen in the method `dispatchEvent`, which undici
 * calls for each event: a listener of ours would change what the app's listeners get.
 * @param wireOf returns the stream that carries an open socket; `undefined` if the stream is not known
 */
export function countUndiciMessages(wireOf: (socket: object) => Wire | undefined): UndiciMessages {
  const stops = new Map<object, () => void>();
  return {
    watch(start) {
      const prototype = ownerOfClose(start);
      if (!prototype || stops.has(prototype)) return;
      const patches = [
        patchInherited(prototype, 'dispatchEvent', noteEvent),
        watchSends(prototype, 'send', openCountsOf, noteSend),
      ];
      stops.set(prototype, () => stopAll(patches));
    },
    stop: () => stopAll([...stops.values()]),
  };

  function noteSend(counts: SocketMessages, [data]: readonly unknown[], socket: object): void {
    counts.noteSent(sizeOf(data));
    counts.wire ??= wireOf(socket);
    // `bufferedAmount` holds each message until the next turn, also one that has left.
    counts.noteUnsent(counts.wire?.writableLength);
  }
}

function noteEvent(socket: object, [event]: readonly unknown[]): undefined {
  const { type, data } = event as { readonly type?: unknown; readonly data?: unknown };
  if (type === 'open') startCounts(socket);
  if (type === 'message') countsOf(socket)?.noteReceived(sizeOf(data));
}

function openCountsOf(socket: object): SocketMessages | undefined {
  const counts = countsOf(socket);
  return counts && (socket as { readyState?: unknown }).readyState === OPEN ? counts : undefined;
}
