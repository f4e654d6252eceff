import Module from 'node:module';
import { defineProperty, warnOfFrozen } from '@closespan/core/platform';
import { ownValueOf } from './own-value.ts';

/** Members of a CommonJS module that closespan reads. */
export interface LoadedModule {
  readonly filename: string | null;
  readonly exports: unknown;
}

/** Called with each module that has loaded; `undefined` while nobody watches. */
let onLoaded: ((module: LoadedModule) => void) | undefined;

/** Property `loaded` of a module that is loading. The property becomes a plain one when the module has loaded. */
const LOADING: PropertyDescriptor & ThisType<LoadedModule> = {
  configurable: true,
  enumerable: true,
  get: () => false,
  set(value) {
    if (value === false) return;
    makeProperty(this, value);
    if (value === true) onLoaded?.(this);
  },
};

/** Property `loaded` of `Module.prototype`. Node assigns `false` to the property of each module that Node makes. */
const INHERITED: PropertyDescriptor & ThisType<LoadedModule> = {
  configurable: true,
  get: () => undefined,
  set(value) {
    if (!onLoaded || value !== false || !defineProperty(this, 'loaded', LOADING)) makeProperty(this, value);
  },
};

/**
 * Calls `see` with each CommonJS module that has loaded, as soon as Node assigns `true` to the module's property
 * `loaded`. No function of closespan runs while the module's code runs, so that stacks in that code have no frame of
 * closespan. A stack has ten frames by default, and a frame of closespan would push out a frame of the app.
 * @returns a function that stops the watching; `undefined` if `Module.prototype` is frozen
 */
export function watchLoaded(see: (module: LoadedModule) => void): (() => void) | undefined {
  const { prototype } = Module;
  // An accessor stands since an earlier start if the prototype was frozen before that start ended.
  const stands = Object.getOwnPropertyDescriptor(prototype, 'loaded')?.set === INHERITED.set;
  if (!stands && !defineProperty(prototype, 'loaded', INHERITED)) {
    warnOfFrozen(prototype, 'loaded');
    return undefined;
  }
  onLoaded = see;
  watchLinked();
  return () => {
    onLoaded = undefined;
    Reflect.deleteProperty(prototype, 'loaded');
  };
}

/**
 * Watches the modules that Node has made and not loaded yet. Node makes the CommonJS modules of an `import` before the
 * first line of any module of the graph runs, and so before an app can call closespan.
 */
function watchLinked(): void {
  const { _cache } = Module as unknown as { readonly _cache: Readonly<Record<string, object | undefined>> };
  for (const file of Object.keys(_cache)) {
    const module = _cache[file];
    if (module && ownValueOf(module, 'loaded') === false) defineProperty(module, 'loaded', LOADING);
  }
}

function makeProperty(module: LoadedModule, value: unknown): void {
  defineProperty(module, 'loaded', { value, writable: true, enumerable: true, configurable: true });
}
