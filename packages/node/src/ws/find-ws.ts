import Module from 'node:module';
import { guard, patchMethod } from '@closespan/core';

/** Called once with every value that a CommonJS module exports and that is a function. */
type Found = (exported: { prototype: object }) => void;

interface CachedModule {
  readonly exports: unknown;
}
type ModuleInternals = { readonly _cache: Readonly<Record<string, CachedModule | undefined>> };

/** The files of `ws` that hold its two classes; ESM importers load the same ones. */
const WS_FILE = /[\\/]websocket(-server)?\.js$/;

/**
 * Finds the classes of every copy of `ws`, loaded before or later: in the module cache, and at each load.
 * @returns what stops it
 */
export function findWsClasses(found: Found): () => void {
  const { _cache } = Module as unknown as ModuleInternals;
  const offered = new WeakSet<object>();
  for (const file of Object.keys(_cache)) {
    if (WS_FILE.test(file)) offer(_cache[file]?.exports);
  }
  return patchMethod(Module, '_load', (load, _self, args) => {
    const exported = load(...args);
    offer(exported);
    return exported;
  });

  function offer(exported: unknown): void {
    if (typeof exported !== 'function' || typeof exported.prototype !== 'object') return;
    if (offered.has(exported)) return;
    offered.add(exported);
    guard('ws', () => found(exported as unknown as Parameters<Found>[0]), undefined);
  }
}
