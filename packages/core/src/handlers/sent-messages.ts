import { messageSize } from '../observe/message-size.ts';
import { patchBefore } from '../observe/patch-method.ts';
import { watchSends } from '../observe/watch-sends.ts';
import type { HandledConnection } from './handled-connection.ts';
import { type MethodWatch, methodOwner, watchMethods } from './watch-methods.ts';

const SENDING = ['send', 'sendText', 'sendBinary'];
/** Methods of Bun and uWebSockets.js after whose call messages leave that no call shows as a whole. */
const UNSEEN = ['subscribe', 'sendFirstFragment'];

/**
 * Makes an object that counts the messages that an app sends through the sockets of its handlers. A socket without a
 * method `send` is not seen.
 * @param openOf returns the connection of a socket; `undefined` if it has ended, or is another's
 */
export function watchSentMessages(openOf: (socket: object) => HandledConnection | undefined): MethodWatch {
  const { watch, stop } = watchMethods([...SENDING, ...UNSEEN], (owner, name) => {
    if (UNSEEN.includes(name))
      return patchBefore(owner, name, (socket) => {
        const handled = openOf(socket);
        if (handled) handled.seesSent = false;
        return undefined;
      });
    return watchSends(
      owner,
      name,
      // After a close of ours nothing leaves any more.
      (socket) => {
        const handled = openOf(socket);
        return handled?.connection.closing ? undefined : handled?.traffic;
      },
      (traffic, [message]) => traffic.noteSent(messageSize(message) ?? 0),
    );
  });
  return { watch: (socket) => methodOwner(socket, 'send') !== undefined && watch(socket), stop };
}
