import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { guard } from '@closespan/core/platform';
import { HAS_OWN_GLOBAL } from '../runtime/which-runtime.ts';

const ACCEPTED = 'net.server.socket';

/**
 * Calls `onServing` when the process accepts its first connection, which is before the first request. In Bun and Deno
 * `onServing` is called at once. The arguments are the prototypes of Node's HTTP and HTTPS server classes. Loading these
 * classes sooner would slow the start of every process.
 * @returns a function that stops the waiting
 */
export function whenServing(onServing: (prototypes: readonly object[]) => void): () => void {
  const onAccepted = () => {
    unsubscribe(ACCEPTED, onAccepted);
    const classes = [
      process.getBuiltinModule('node:http').Server,
      process.getBuiltinModule('node:https').Server,
    ];
    guard('upgrade', () => onServing(classes.map(({ prototype }) => prototype)));
  };
  // Bun and Deno publish nothing when they accept a connection.
  if (HAS_OWN_GLOBAL) onAccepted();
  else guard('upgrade', () => subscribe(ACCEPTED, onAccepted));
  return () => unsubscribe(ACCEPTED, onAccepted);
}
