let socket: WebSocket;

/** Commands by which a test makes a page, or a worker, lose its connection and connect again. */
export const reconnectCommands = {
  /** Resolves to whether the connection has opened. */
  connect(url: string): Promise<boolean> {
    socket = new WebSocket(url);
    return new Promise((resolve) => {
      socket.addEventListener('open', () => resolve(true));
      socket.addEventListener('close', () => resolve(false));
    });
  },
  /** Resolves when the connection has ended. */
  lost: (): Promise<boolean> =>
    new Promise((resolve) => {
      if (socket.readyState === WebSocket.CLOSED) resolve(true);
      else socket.addEventListener('close', () => resolve(true));
    }),
  /** Closes the connection normally. Resolves when it has ended. */
  leave(): Promise<boolean> {
    socket.close(1000);
    return reconnectCommands.lost();
  },
};

/** Name of a command. */
export type ReconnectCommand = keyof typeof reconnectCommands;
