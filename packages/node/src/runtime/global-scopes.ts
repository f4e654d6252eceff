import { currentlyRunning, defineProperty, guard, keepRunning, RUNNING } from '@closespan/core/platform';
import { ownValueOf } from './own-value.ts';
import { HAS_OWN_GLOBAL } from './which-runtime.ts';

/** The instrumentation that runs in a global scope; `undefined` if none runs. */
type Current = ReturnType<typeof currentlyRunning>;

/** Key under which the main global scope holds a function that returns what runs in the last other scope. */
const OTHER = Symbol.for('closespan.other-scope.1');

/**
 * Makes the instrumentation of the process's main global scope the one of this scope, too. Scopes of `node:vm` share the
 * sockets of the process, so a second instrumentation would record each close again. Test runners such as Jest run each
 * file in such a scope.
 */
export function joinMainScope(): void {
  const main = mainScope();
  if (!main || main === globalThis || currentlyRunning()) return;
  const running = ownValueOf(main, RUNNING) as Current;
  if (running) guard('start', () => running.isObserving() && keepRunning(running));
}

/**
 * Stops the instrumentation of another scope of `node:vm`. The code of that scope may be over, as a test file is when
 * the next one begins. Call this function before observation begins.
 * @returns a function to call when observation stops
 */
export function takeOverScopes(): () => void {
  const main = mainScope();
  if (!main) return () => {};
  const other = ownValueOf(main, OTHER);
  if (typeof other === 'function') guard('start', () => void (other() as Current)?.stop(false));
  if (main !== globalThis)
    defineProperty(main, OTHER, { value: currentlyRunning, configurable: true, writable: true });
  return () => {
    if (ownValueOf(main, OTHER) === currentlyRunning) Reflect.deleteProperty(main, OTHER);
  };
}

/** Returns the global scope in which the process, or the worker thread, began. @returns `undefined` on Bun and Deno */
function mainScope(): object | undefined {
  if (HAS_OWN_GLOBAL) return undefined;
  return guard('start', () => process.getBuiltinModule('node:vm').runInThisContext('globalThis'), undefined);
}
