import { watchSends } from '@closespan/core/messages';
import { countsOf, sizeOf } from '../connection/message-slot.ts';
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
    watchSends(prototype, 'fragmentAndSend', ifCounted, noteSend),
    patchInherited(prototype, 'emit', (self, [event, value]) => noteEmit(self, event, value as Received)),
  ];
}

function ifCounted(self: object): PackageConnection | undefined {
  const connection = self as PackageConnection;
  return connection.connected && countsOf(self) ? connection : undefined;
}

function noteSend(self: PackageConnection, [frame]: readonly unknown[]): void {
  const counts = countsOf(self);
  counts?.noteSent(sizeOf((frame as Received).binaryPayload));
  counts?.noteUnsent(self.socket.writableLength);
}

function noteEmit(self: object, event: unknown, value: Received): undefined {
  if (event === 'message') countsOf(self)?.noteReceived(sizeOf(value.utf8Data ?? value.binaryData));
  // The package emits frames in place of messages with the option `assembleFragments: false`.
  if (event === 'frame' && (value.opcode ?? CONTROL) < CONTROL) {
    countsOf(self)?.noteReceived(sizeOf(value.binaryPayload), value.fin);
  }
}
