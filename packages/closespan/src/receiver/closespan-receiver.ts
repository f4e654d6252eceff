import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CloseStore } from '../closes/close-store.ts';

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
}

/** Running receiver of OTLP over HTTP. */
export interface ClosespanReceiver {
  /** Base address, without a path. `OTEL_EXPORTER_OTLP_ENDPOINT` accepts this address. */
  readonly url: string;
  readonly store: CloseStore;
  /** Stops to listen, and ends all connections. */
  close(): Promise<void>;
}
