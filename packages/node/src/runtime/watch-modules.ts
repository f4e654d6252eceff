import Module from 'node:module';
import { guard, patchMethod } from '@closespan/core/platform';
import { ownValueOf } from './own-value.ts';

/**
 * Looks at a CommonJS module. A module may be passed more than once.
 * @param exported the value of `module.exports`
 * @param name path of the file, for a module that was loaded before. For a module that is required later: the text that
 * `require` was called with
 * @param isLate whether the module was required after observation began
 */
export type SeeModule = (exported: unknown, name: string, isLate: boolean) => void;

type ModuleCache = Readonly<Record<string, { readonly exports: unknown } | undefined>>;

/**
 * Passes every CommonJS module of the process to the watchers: first all loaded modules, then one module at each
 * `require`. An ES module that imports a CommonJS package loads such modules, too.
 * @returns a function that stops the watching
 */
export function watchModules(watchers: readonly SeeModule[]): () => void {
  const { _cache } = Module as unknown as { readonly _cache: ModuleCache };
  for (const file of Object.keys(_cache)) show(exportsOf(_cache[file]), file, false);
  const stop = patchMethod(Module, '_load', (load, _self, args) => {
    const exported = load(...args);
    show(exported, String(args[0]), true);
    return exported;
  });
  return () => stop?.();

  function show(exported: unknown, name: string, isLate: boolean): void {
    for (const see of watchers) guard('modules', () => see(exported, name, isLate), undefined);
  }
}

/**
 * Reads the exports of a module; `undefined` if reading throws. An app may have put an object with a throwing getter
 * into the module cache.
 */
function exportsOf(module: { readonly exports: unknown } | undefined): unknown {
  try {
    return module?.exports;
  } catch {
    return undefined;
  }
}

/**
 * Makes a watcher that calls `see` for each module whose whole value is a class or another function. Each class is
 * passed once.
 */
export function onceAClass(see: (exported: object, prototype: object) => void): SeeModule {
  const seen = new WeakSet<object>();
  return (exported) => {
    if (typeof exported !== 'function' || seen.has(exported)) return;
    seen.add(exported);
    const prototype = ownValueOf(exported, 'prototype');
    if (typeof prototype === 'object' && prototype) see(exported, prototype);
  };
}
