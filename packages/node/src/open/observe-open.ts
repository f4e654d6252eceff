import type { OpenWalk } from '../connection/open-walk.ts';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { watchMeters } from '../pipeline/meter-watchers.ts';
import { createOpenCount, type OpenCount } from './count-open.ts';
import { startOpenGauges } from './open-gauges.ts';

/**
 * Starts the metrics of open connections, on each meter that receives the metrics.
 * @param lists the open connections of each library
 * @returns stop, a function that ends the metrics
 */
export function observeOpen(options: NodeWebSocketOptions, lists: readonly OpenWalk[]): () => void {
  let count: OpenCount | undefined;
  let stopGauges: (() => void) | undefined;
  let isStopped = false;

  watchMeters(options, (meter, limits) => {
    stopGauges?.();
    if (isStopped) return;
    count ??= createOpenCount(options, limits, lists);
    stopGauges = meter && startOpenGauges(meter, limits, count);
  });
  return () => {
    isStopped = true;
    stopGauges?.();
  };
}
