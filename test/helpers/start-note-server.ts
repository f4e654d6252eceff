import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/** A server for `runNotes`. */
export interface NoteServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Key that each accepted handshake proves (RFC 6455 §1.3). */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Starts a server that returns each Close frame, except on the path `/unanswered`: there the connection is cut. */
export async function startNoteServer(): Promise<NoteServer> {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {});
    if (request.url !== '/unanswered') {
      sockets.handleUpgrade(request, socket, head, (peer) => peer.on('error', () => {}));
      return;
    }
    const proof = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}${GUID}`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${proof}\r\n\r\n`,
    );
    socket.once('data', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const peer of sockets.clients) peer.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
