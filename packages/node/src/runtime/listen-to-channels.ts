import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { guard, stopAll } from '@closespan/core/platform';

/**
 * Adds listeners to diagnostics channels. Each key is the name of a channel. A listener that throws causes one
 * `diag.error`.
 * @returns a function that removes the listeners
 */
export function listenToChannels(channels: Readonly<Record<string, (message: never) => void>>): () => void {
  const stops = Object.entries(channels).map(([name, listener]) => {
    const guarded = (message: unknown) => guard(name, () => listener(message as never), undefined);
    // A channel that is frozen takes no listener.
    guard(name, () => subscribe(name, guarded));
    return () => unsubscribe(name, guarded);
  });
  return () => stopAll(stops);
}
