import { metrics } from '@opentelemetry/api';
import { startPause } from './timers-at-load.ts';

/** Time between two looks for a meter provider that the app has registered late, in milliseconds. */
const LOOK_MILLIS = 10_000;

/**
 * Looks every ten seconds whether the app has registered a meter provider. Without the look, the provider would be found
 * at the next close only. The timer does not keep the process alive.
 * @param find called if another meter provider is registered than at the last look
 * @returns stop, a function that ends the looks
 */
export function lookForProviders(find: () => unknown): () => void {
  let known = metrics.getMeterProvider();
  let isStopped = false;
  let end = () => {};

  async function run(): Promise<void> {
    for (;;) {
      const pause = startPause(LOOK_MILLIS);
      end = pause.end;
      await pause.over;
      if (isStopped) return;
      const registered = metrics.getMeterProvider();
      if (registered !== known) find();
      known = registered;
    }
  }

  void run();
  return () => {
    isStopped = true;
    end();
  };
}
