import { once } from 'node:events';
import { WebSocket } from 'ws';

/** Clients of which some close at each moment, and others take their places. */
export interface Clients {
  /** Closes all clients. Resolves when each has closed. */
  stop(): Promise<void>;
}

const TICK_MILLIS = 50;
/** Ways in which a client ends its connection. */
const ENDS: readonly ((client: WebSocket) => void)[] = [
  (client) => client.close(1000),
  (client) => client.close(4000, 'bye'),
  (client) => client.terminate(),
  (client) => client.close(),
];

/**
 * Opens clients, and then replaces some of them at each moment. The first ten stay.
 * @param rate number of closes a second
 */
export async function startClients(port: number, count: number, rate: number): Promise<Clients> {
  const open: WebSocket[] = [];
  const connecting = new Set<Promise<unknown>>();
  const closing = new Set<Promise<unknown>>();
  let made = 0;
  let isStopped = false;

  async function connect(): Promise<void> {
    const client = new WebSocket(`ws://127.0.0.1:${port}/room/${made++}`);
    client.on('error', () => {});
    await once(client, 'open');
    if (isStopped) end(client);
    else open.push(client);
  }

  function end(client: WebSocket): void {
    const closed = once(client, 'close').finally(() => closing.delete(closed));
    closing.add(closed);
    ENDS[made % ENDS.length]?.(client);
  }

  for (let i = 0; i < count; i += 100) {
    await Promise.all(Array.from({ length: Math.min(100, count - i) }, connect));
  }
  const started = performance.now();
  let ended = 0;
  const timer = setInterval(() => {
    // By the clock, since a busy machine delays timers.
    const due = ((performance.now() - started) / 1000) * rate;
    for (; ended < due; ended++) {
      const [client] = open.splice(10, 1);
      if (!client) return;
      end(client);
      const connected = connect()
        .catch(() => {})
        .finally(() => connecting.delete(connected));
      connecting.add(connected);
    }
  }, TICK_MILLIS);

  return {
    async stop() {
      isStopped = true;
      clearInterval(timer);
      for (const client of open.splice(0)) end(client);
      // One that connects late would close after the server has been stopped.
      while (connecting.size + closing.size > 0) await Promise.all([...connecting, ...closing]);
    },
  };
}
