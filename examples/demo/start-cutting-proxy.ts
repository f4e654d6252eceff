import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy that cuts a connection after a time without a byte, as many proxies do by default. */
export interface CuttingProxy {
  readonly port: number;
  close(): void;
}

/** Milliseconds without a byte after which the proxy cuts. Real limits are longer: nginx has 60 seconds. */
const IDLE_LIMIT = 2200;

/** Starts a proxy on a free port of 127.0.0.1. */
export async function startCuttingProxy(target: number): Promise<CuttingProxy> {
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    pass(client, upstream);
    pass(upstream, client);
    client.setTimeout(IDLE_LIMIT, () => {
      client.end();
      upstream.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

function pass(from: Socket, to: Socket): void {
  from.on('error', () => {});
  from.on('close', () => to.destroy());
  from.pipe(to);
}
