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
 * Calls `onServing` with the prototypes of Node's server classes that may receive a request for an upgrade. Loading these
 * classes sooner would slow the start of every process.
 *
 * - HTTP and HTTPS come when the process accepts its first connection, which is before the first request. They come at
 *   once in Bun and Deno, and in a child process, which may get sockets from its parent.
 * - HTTP/2 over TLS comes with the first connection of such a server.
 * @returns a function that stops the waiting
 */
export function whenServing(onServing: (prototypes: readonly object[]) => void): () => void {
  let isServing = false;
  /** Prototype of the server of the connection before. Most connections of a process have one server. */
  let last: object | null = null;
  const stop = () => unsubscribe(ACCEPTED, onAccepted);

  const serve = () => {
    isServing = true;
    const classes = [
      process.getBuiltinModule('node:http').Server,
      process.getBuiltinModule('node:https').Server,
    ];
    onServing(classes.map(({ prototype }) => prototype));
  };
  const lookAt = (server: object) => {
    const prototype: object | null = Object.getPrototypeOf(server);
    if (prototype === last) return;
    last = prototype;
    const http2 = http2PrototypeIn(prototype);
    if (!http2) return;
    stop();
    onServing([http2]);
  };
  const onAccepted = (message: unknown) => {
    if (!isServing) guard('upgrade', serve);
    const server = (message as AcceptedMessage).socket?.server;
    if (server) guard('upgrade', () => lookAt(server));
  };

  // Bun and Deno publish nothing when they accept a connection. Nor does Node when a parent passes a socket to its child.
  if (HAS_OWN_GLOBAL || process.channel) guard('upgrade', serve);
  if (!HAS_OWN_GLOBAL) guard('upgrade', () => subscribe(ACCEPTED, onAccepted));
  return stop;
}

/** Returns the prototype of Node's class for HTTP/2 over TLS in a prototype chain. An app may have a class of its own. */
function http2PrototypeIn(prototype: object | null): object | undefined {
  for (let one = prototype; one; one = Object.getPrototypeOf(one)) {
    if ((one.constructor as { readonly name?: unknown } | undefined)?.name === HTTP2) return one;
  }
  return undefined;
}
