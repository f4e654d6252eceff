import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { HAS_OWN_GLOBAL } from '../runtime/which-runtime.ts';

const ACCEPTED = 'net.server.socket';

/**
 * Hands over the prototypes of the HTTP server classes when the process accepts its first connection, which is before
 * any request. To load the classes sooner would make each process start later, servers or not.
 * @returns what stops waiting
 */
export function whenServing(serve: (prototypes: readonly object[]) => void): () => void {
  const onAccepted = () => {
    unsubscribe(ACCEPTED, onAccepted);
    const classes = [
      process.getBuiltinModule('node:http').Server,
      process.getBuiltinModule('node:https').Server,
    ];
    serve(classes.map(({ prototype }) => prototype));
  };
  // Bun and Deno tell of no connections.
  if (HAS_OWN_GLOBAL) onAccepted();
  else subscribe(ACCEPTED, onAccepted);
  return () => unsubscribe(ACCEPTED, onAccepted);
}
