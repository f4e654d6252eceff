import { once } from 'node:events';
import type { WebSocketServer } from 'ws';

/** Drops all connections of a server, and resolves when the server's ends of them are closed. Then stops the server. */
export async function endWsServer(server: WebSocketServer): Promise<void> {
  const closed = [...server.clients].map((peer) => once(peer, 'close'));
  for (const peer of server.clients) peer.terminate();
  await Promise.all(closed);
  server.close();
}
