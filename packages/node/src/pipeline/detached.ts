import { AsyncResource } from 'node:async_hooks';
import { NAME } from '@closespan/core/platform';

/**
 * Async context in which telemetry code runs. The context belongs to no request. So no request stays in memory, and no
 * export becomes a part of a request's trace.
 */
const detachedContext = new AsyncResource(NAME);

/** Returns a function that runs `run` in an async context that belongs to no request. */
export function detached<A extends unknown[], R>(run: (...args: A) => R): (...args: A) => R {
  return (...args) => detachedContext.runInAsyncScope(run, undefined, ...args);
}
