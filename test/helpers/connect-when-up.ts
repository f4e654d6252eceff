import { expect } from 'vitest';

/** An open connection to a server that is just starting. */
export async function connectWhenUp(url: string): Promise<WebSocket> {
  const open = () =>
    new Promise<WebSocket | undefined>((resolve) => {
      const socket = new WebSocket(url);
      socket.addEventListener('open', () => resolve(socket));
      socket.addEventListener('error', () => resolve(undefined));
    });
  let socket: WebSocket | undefined;
  await expect
    .poll(
      async () => {
        socket = await open();
        return socket;
      },
      { timeout: 30_000 },
    )
    .toBeDefined();
  return socket as WebSocket;
}
