import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * Reads a client's first handshake request from the wire, as it came but for the key and the port, which no two
 * requests share.
 */
export async function requestBytes(connect: (url: string) => EventTarget): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const arrived = new Promise<string>((resolve) => {
    server.on('connection', (socket) => {
      let text = '';
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        if (!text.includes('\r\n\r\n')) return;
        resolve(text);
        socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      });
    });
  });
  const client = connect(`ws://127.0.0.1:${port}/chat?room=7`);
  const failed = new Promise((resolve) => client.addEventListener('error', resolve));
  const text = await arrived;
  await failed;
  server.close();
  return text.replace(/(?<=Sec-WebSocket-Key: )\S+/i, 'KEY').replaceAll(String(port), 'PORT');
}
