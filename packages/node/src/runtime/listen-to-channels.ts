import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { guard } from '@closespan/core/platform';

/**
 * Listens to diagnostics channels, by name; what throws there costs one `diag.error`.
 * @returns what stops it
 */
export function listenToChannels(channels: Readonly<Record<string, (message: never) => void>>): () => void {
  const stops = Object.entries(channels).map(([name, listener]) => {
    const guarded = (message: unknown) => guard(name, () => listener(message as never), undefined);
    subscribe(name, guarded);
    return () => unsubscribe(name, guarded);
  });
  return () => {
    for (const stop of stops) stop();
  };
}
