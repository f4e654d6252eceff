import { Buffer } from 'node:buffer';
import { messageSize } from '@closespan/core/messages';
import type { CloseFacts } from '@closespan/core/platform';
import { createPrivateSlot } from './private-slot.ts';
import { SocketMessages } from './socket-messages.ts';

/** Counts of each socket whose messages are counted. They stay on the socket until nobody holds the socket. */
const slot = createPrivateSlot<SocketMessages>();

/** Returns the number of bytes of a message; 0 for a value that is none. */
export const sizeOf = (data: unknown): number => messageSize(data, Buffer.byteLength) ?? 0;

/** Starts to count the messages of a socket that opens now. A second call for one socket changes nothing. */
export function startCounts(socket: object): SocketMessages {
  const counts = slot.get(socket) ?? new SocketMessages();
  slot.set(socket, counts);
  return counts;
}

/** Returns the counts of a socket; `undefined` if the messages of the socket are not counted. */
export const countsOf: (socket: object) => SocketMessages | undefined = slot.get;

/** Adds the counts of a socket to the facts of its close. Returns the facts unchanged for a socket that is not counted. */
export function withMessages(socket: object, facts: CloseFacts): CloseFacts {
  const counts = slot.get(socket);
  return counts
    ? { ...facts, furtherAttributes: { ...facts.furtherAttributes, ...counts.attributes() } }
    : facts;
}
