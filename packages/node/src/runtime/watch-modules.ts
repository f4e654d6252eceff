import Module from 'node:module';
import { guard, patchMethod } from '@closespan/core/platform';
import { ownValueOf } from './own-value.ts';

/**
 * Looks at a CommonJS module.
 * @param exported the value of `module.exports`
 * @param name a cached module's file; of a module that is required later, the text that `require` was called with
 * @param isLate whether the module was required after observation began; a module may be told again
 */
export type SeeModule = (exported: unknown, name: string, isLate: boolean) => void;

type ModuleCache = Readonly<Record<string, { readonly exports: unknown } | undefined>>;

/**
 * Shows every CommonJS module of the process: those that are loaded already, then each at each `require`. ES module
 * importers of a CommonJS package load these modules, too.
 * @returns a function that stops it
 */
export function watchModules(watchers: readonly SeeModule[]): () => void {
  const { _cache } = Module as unknown as { readonly _cache: ModuleCache };
  for (const file of Object.keys(_cache)) show(exportsOf(_cache[file]), file, false);
  return patchMethod(Module, '_load', (load, _self, args) => {
    const exported = load(...args);
    show(exported, String(args[0]), true);
    return exported;
  });

  function show(exported: unknown, name: string, isLate: boolean): void {
    for (const see of watchers) guard('modules', () => see(exported, name, isLate), undefined);
  }
}

/** Reads what a module exports; an app may have put an object with a throwing getter into the cache. */
function exportsOf(module: { readonly exports: unknown } | undefined): unknown {
  try {
    return module?.exports;
  } catch {
    return undefined;
  }
}

/** Makes a watcher that shows each class, or other function, that is the whole value of a module, once. */
export function onceAClass(see: (exported: object, prototype: object) => void): SeeModule {
  const seen = new WeakSet<object>();
  return (exported) => {
    if (typeof exported !== 'function' || seen.has(exported)) return;
    seen.add(exported);
    const prototype = ownValueOf(exported, 'prototype');
    if (typeof prototype === 'object' && prototype) see(exported, prototype);
  };
}
