import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { guard } from '@closespan/core/platform';
import { HAS_OWN_GLOBAL } from '../runtime/which-runtime.ts';

const ACCEPTED = 'net.server.socket';
/** Class of a server of HTTP/2 over TLS, which may speak HTTP/1.1, too. Node exports no such class. */
const HTTP2 = 'Http2SecureServer';

/** A message of Node's channel `net.server.socket`. */
interface AcceptedMessage {
  readonly socket?: { readonly server?: object | null };
}

/**
 * Calls `onServing` with the prototypes of Node's server classes that may receive a request for an upgrade. HTTP and
 * HTTPS come when the process accepts its first connection, which is before the first request. In Bun and Deno, and in a
 * child process that may get sockets from its parent, they come at once. HTTP/2 over TLS comes with its own first connection. Loading these classes sooner would slow the start of
 * every process.
 * @returns a function that stops the waiting
 */
export function whenServing(onServing: (prototypes: readonly object[]) => void): () => void {
  let isServing = false;
  const onAccepted = (message?: unknown) => {
    if (!isServing) {
      isServing = true;
      const classes = [
        process.getBuiltinModule('node:http').Server,
        process.getBuiltinModule('node:https').Server,
      ];
      guard('upgrade', () => onServing(classes.map(({ prototype }) => prototype)));
    }
    const server = (message as AcceptedMessage | undefined)?.socket?.server;
    const prototype: object | null = server ? Object.getPrototypeOf(server) : null;
    if (prototype?.constructor.name !== HTTP2) return;
    unsubscribe(ACCEPTED, onAccepted);
    guard('upgrade', () => onServing([prototype]));
  };
  // Bun and Deno publish nothing when they accept a connection. Nor does Node when a parent passes a socket to its child.
  if (HAS_OWN_GLOBAL || process.channel) onAccepted();
  if (!HAS_OWN_GLOBAL) guard('upgrade', () => subscribe(ACCEPTED, onAccepted));
  return () => unsubscribe(ACCEPTED, onAccepted);
}
