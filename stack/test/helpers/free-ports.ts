import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below the range from which Linux takes ports for outgoing connections, which could take one in the meantime. */
const [LOWEST, HIGHEST] = [20_000, 32_000];

/** Ports of 127.0.0.1 where nobody listens, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, Server>();
  while (held.size < count) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    const server = createServer();
    const isFree = new Promise<boolean>((resolve) => {
      server.once('listening', () => resolve(true)).once('error', () => resolve(false));
    });
    server.listen(port, '127.0.0.1');
    if (await isFree) held.set(port, server);
  }
  await Promise.all([...held.values()].map((server) => once(server.close(), 'close')));
  return [...held.keys()];
}
