import { watchSends } from '@closespan/core/messages';
import { OPEN, stopAll } from '@closespan/core/platform';
import { countsOf, sizeOf, startCounts } from '../../connection/message-slot.ts';
import { patchInherited } from '../../runtime/patch-inherited.ts';
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
 */
export function countUndiciMessages(): UndiciMessages {
  const stops = new Map<object, () => void>();
  return {
    watch(start) {
      const prototype = ownerOfClose(start);
      if (!prototype || stops.has(prototype)) return;
      const patches = [
        patchInherited(prototype, 'dispatchEvent', noteEvent),
        watchSends(prototype, 'send', openCountsOf, (counts, [data]) => counts.noteSent(sizeOf(data))),
      ];
      stops.set(prototype, () => stopAll(patches));
    },
    stop: () => stopAll([...stops.values()]),
  };
}

function noteEvent(socket: object, [event]: readonly unknown[]): undefined {
  const { type, data } = event as { readonly type?: unknown; readonly data?: unknown };
  if (type === 'open') startCounts(socket);
  if (type === 'message') countsOf(socket)?.noteReceived(sizeOf(data));
}

function openCountsOf(socket: object) {
  const counts = countsOf(socket);
  return counts && (socket as { readyState?: unknown }).readyState === OPEN ? counts : undefined;
}
