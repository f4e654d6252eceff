/**
 * Client that echoes what a fuzzing server sends, case after case. Started by `autobahn-suites.ts`.
 *
 * Usage: node echo-client.ts LIBRARY URL
 */
import { loadWebSocket } from './load-web-socket.ts';

const [library = '', url = ''] = process.argv.slice(2);
const Socket = await loadWebSocket(library);

const count = Number((await visit('/getCaseCount')).at(-1));
for (let index = 1; index <= count; index++) await visit(`/runCase?case=${index}&agent=${library}`);
await visit(`/updateReports?agent=${library}`);

/** Opens a socket, echoes until it is closed, and resolves with the received messages. */
async function visit(path: string): Promise<unknown[]> {
  const socket = new Socket(url + path);
  const messages: unknown[] = [];
  socket.binaryType = 'arraybuffer';
  const closed = new Promise((resolve) => {
    socket.onclose = resolve;
  });
  socket.onerror = () => {};
  socket.onmessage = ({ data }) => {
    messages.push(data);
    if (path.startsWith('/runCase') && socket.readyState === Socket.OPEN) socket.send(data);
  };
  await closed;
  return messages;
}
