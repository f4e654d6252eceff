/**
 * Client that visits paths of a server, and prints as lines of JSON which events each socket had. Started by
 * `autobahn-peer-suite.ts`.
 *
 * Usage: node ending-client.ts LIBRARY URL PATH ...
 */
import { loadWebSocket } from './load-web-socket.ts';

const [library = '', url = '', ...paths] = process.argv.slice(2);
const Socket = await loadWebSocket(library);
for (const path of paths) console.log(JSON.stringify([path, await visit(path)]));

/** Opens a socket, and resolves with its events when it has closed. A path `echo` lets the client close. */
async function visit(path: string): Promise<string[]> {
  const socket = new Socket(`${url}/${path}`);
  const events: string[] = [];
  const closed = new Promise((resolve) => {
    socket.onclose = ({ code, reason, wasClean }) => {
      events.push(`close ${code} "${reason}" ${wasClean ? 'clean' : 'unclean'}`);
      resolve(undefined);
    };
  });
  socket.onerror = () => events.push('error');
  socket.onopen = () => {
    events.push('open');
    if (path === 'echo') socket.send('hello');
  };
  socket.onmessage = ({ data }) => {
    events.push(`message "${data}"`);
    if (path === 'echo') socket.close(4000, 'enough');
  };
  await closed;
  return events;
}
