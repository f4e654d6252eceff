import Module from 'node:module';
import { guard } from '@closespan/core/platform';
import { ownValueOf } from './own-value.ts';
import { watchLoaded } from './watch-loaded.ts';

/**
 * Looks at a CommonJS module. A module may be passed more than once.
 * @param exported the value of `module.exports`
 * @param file path of the module's file
 * @param isLate whether the module was loaded after observation began
 */
export type SeeModule = (exported: unknown, file: string, isLate: boolean) => void;

type ModuleCache = Readonly<Record<string, { readonly exports: unknown } | undefined>>;

/**
 * Passes every CommonJS module of the process to the watchers: first all loaded modules, then each module that loads
 * later. An ES module that imports a CommonJS package loads such modules, too.
 * @returns a function that stops the watching
 */
export function watchModules(watchers: readonly SeeModule[]): () => void {
  const { _cache } = Module as unknown as { readonly _cache: ModuleCache };
  for (const file of Object.keys(_cache)) show(exportsOf(_cache[file]), file, false);
  const stop = watchLoaded((module) => show(exportsOf(module), String(module.filename), true));
  return () => stop?.();

  function show(exported: unknown, file: string, isLate: boolean): void {
    for (const see of watchers) guard('modules', () => see(exported, file, isLate), undefined);
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
