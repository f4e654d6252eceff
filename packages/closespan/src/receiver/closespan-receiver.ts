import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CloseStore, createCloseStore } from '../closes/close-store.ts';
import { receivedPoints } from '../otlp/received-point.ts';
import { receivedSpans } from '../otlp/received-span.ts';
import { canonicalHost } from './allowed-hosts.ts';
import { inParts } from './in-parts.ts';
import { ListenError } from './listen-error.ts';
import { otlpListener } from './otlp-listener.ts';

/** Options of `startClosespanReceiver`. */
export interface ReceiverOptions {
  /** TCP port. 0 takes a free port. @defaultValue 4318, the port of OTLP over HTTP */
  readonly port?: number;
  /** Address to listen on. @defaultValue `127.0.0.1` */
  readonly host?: string;
  /** Store that gets what arrives. @defaultValue a new store */
  readonly store?: CloseStore;
  /** Handles a GET request that is no export, for example of the page. Returns whether it did. */
  readonly serve?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Milliseconds within which a request has to arrive. @defaultValue 10,000 */
  readonly requestTimeout?: number;
}

/** Running receiver of OTLP over HTTP. */
export interface ClosespanReceiver {
  /** Base address, without a path. `OTEL_EXPORTER_OTLP_ENDPOINT` accepts this address. */
  readonly url: string;
  readonly store: CloseStore;
  /** Stops to listen, and ends all connections. */
  close(): Promise<void>;
}

/** Largest number of connections at a time. A browser opens six to a host. */
const MOST_CONNECTIONS = 512;

/**
 * Starts a receiver of OTLP over HTTP, in JSON and protobuf. Pages of this machine may send to the receiver; requests
 * for another host than this machine are refused. All that arrives is bounded in size, number and time.
 * @throws ListenError if the receiver cannot listen on the port
 */
export async function startClosespanReceiver(options: ReceiverOptions = {}): Promise<ClosespanReceiver> {
  const { port = 4318, store = createCloseStore(), requestTimeout = 10_000 } = options;
  // Without a name, Node would listen on every address.
  const host = canonicalHost(options.host || '127.0.0.1');
  const { serve = () => false } = options;
  const listener = otlpListener({
    host,
    serve,
    async take(signal, body) {
      if (signal === 'traces') await inParts(receivedSpans(body), store.addSpans);
      if (signal === 'metrics') await inParts(receivedPoints(body), store.addPoints);
    },
  });
  const times = { requestTimeout, headersTimeout: requestTimeout, connectionsCheckingInterval: 1000 };
  const server = createServer(times, listener);
  server.maxConnections = MOST_CONNECTIONS;
  server.listen(port, host);
  await once(server, 'listening').catch((error) => {
    throw new ListenError(error, host, port);
  });
  return {
    url: `http://${reachable(host)}:${(server.address() as AddressInfo).port}`,
    store,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Returns the host under which this machine reaches a server that listens on a host. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
