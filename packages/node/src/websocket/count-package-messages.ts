import { watchSends } from '@closespan/core/messages';
import { countsOf, sizeOf } from '../connection/message-slot.ts';
import type { SocketMessages } from '../connection/socket-messages.ts';
import { patchInherited } from '../runtime/patch-inherited.ts';
import type { PackageConnection } from './package-connection.ts';

/** A message as the package `websocket` emits it, or a frame of one where the app assembles messages itself. */
interface Received {
  readonly utf8Data?: string;
  readonly binaryData?: Buffer;
  readonly opcode?: number;
  readonly fin?: boolean;
  readonly binaryPayload?: Buffer;
}

/** Smallest opcode of a control frame (RFC 6455 §5.5). */
const CONTROL = 8;

/**
 * Counts the messages of a `WebSocketConnection` class, for the option `messages`.
 * @returns functions that stop this
 */
export function countPackageMessages(prototype: object): ((() => void) | undefined)[] {
  return [
    watchSends(prototype, 'fragmentAndSend', openCountsOf, noteSend),
    patchInherited(prototype, 'emit', (self, [event, value]) => noteEmit(self, event, value as Received)),
  ];
}

function openCountsOf(self: object): SocketMessages | undefined {
  return (self as PackageConnection).connected ? countsOf(self) : undefined;
}

function noteSend(counts: SocketMessages, [frame]: readonly unknown[], self: object): void {
  counts.noteSent(sizeOf((frame as Received).binaryPayload));
  counts.noteUnsent((self as PackageConnection).socket.writableLength);
}

function noteEmit(self: object, event: unknown, value: Received): undefined {
  if (event === 'message') countsOf(self)?.noteReceived(sizeOf(value.utf8Data ?? value.binaryData));
  // The package emits frames in place of messages with the option `assembleFragments: false`.
  if (event === 'frame' && (value.opcode ?? CONTROL) < CONTROL) {
    countsOf(self)?.noteReceived(sizeOf(value.binaryPayload), value.fin);
  }
}
