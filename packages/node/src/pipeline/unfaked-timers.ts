import type { QueuePause } from '@closespan/core/platform';

/**
 * Resolves in a later turn of the event loop. A message port makes the turn, because a test may have replaced
 * `setImmediate` with a fake.
 */
export function turnByPort(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

/**
 * Starts a pause. The timeout of a socket that is never connected ends the pause, because a test may have replaced
 * `setTimeout` with a fake.
 */
export function pauseBySocket(millis: number, keepsAlive = false): QueuePause {
  const { Socket } = process.getBuiltinModule('node:net');
  const socket = new Socket();
  const hold = keepsAlive ? holdProcess() : undefined;
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    end = () => {
      socket.destroy();
      hold?.close();
      resolve();
    };
    // A socket takes 0 for no timeout at all.
    socket.setTimeout(Math.max(1, millis), end);
  });
  return { over, end };
}

/** Keeps the process alive until the port is closed. */
function holdProcess(): MessagePort {
  const { port1 } = new MessageChannel();
  port1.onmessage = () => {};
  return port1;
}
