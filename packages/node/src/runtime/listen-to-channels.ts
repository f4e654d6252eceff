import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { guard, stopAll } from '@closespan/core/platform';

/**
 * Subscribes listeners to diagnostics channels, by the channel's name. A listener that throws costs one `diag.error`.
 * @returns a function that stops it
 */
export function listenToChannels(channels: Readonly<Record<string, (message: never) => void>>): () => void {
  const stops = Object.entries(channels).map(([name, listener]) => {
    const guarded = (message: unknown) => guard(name, () => listener(message as never), undefined);
    subscribe(name, guarded);
    return () => unsubscribe(name, guarded);
  });
  return () => stopAll(stops);
}
