import Module from 'node:module';
import { guard, patchMethod } from '@closespan/core/platform';
import { IS_BUN } from '../runtime/which-runtime.ts';

/** Called with the prototype of a class, once or more often. */
type Found = (prototype: object) => void;

interface CachedModule {
  readonly exports: unknown;
}
type ModuleInternals = { readonly _cache: Readonly<Record<string, CachedModule | undefined>> };

/**
 * Finds the classes of every copy of `ws` that is a CommonJS module, loaded before or later: in the module cache, and
 * at each load. ES module importers load the same files.
 * @param foundOther called with the prototype and the name of every function that has one, once or more often
 * @returns what stops it
 */
export function findWsClasses(
  foundSocket: Found,
  foundServer: Found,
  foundOther: (prototype: object, name: unknown) => void,
): () => void {
  const { _cache } = Module as unknown as ModuleInternals;
  const offered = new WeakSet<object>();
  for (const file of Object.keys(_cache)) offer(exportsOf(_cache[file]));
  // There it is a part of the runtime and never loaded.
  if (IS_BUN) offer(process.getBuiltinModule('ws'));
  return patchMethod(Module, '_load', (load, _self, args) => {
    const exported = load(...args);
    offer(exported);
    return exported;
  });

  function offer(exported: unknown): void {
    if (typeof exported !== 'function' || offered.has(exported)) return;
    offered.add(exported);
    const prototype = ownValueOf(exported, 'prototype');
    if (typeof prototype !== 'object' || !prototype) return;
    guard('ws', () => find(exported, prototype), undefined);
    guard('websocket', () => foundOther(prototype, ownValueOf(exported, 'name')), undefined);
  }

  function find(exported: object, prototype: object): void {
    const socket = socketPrototypeOf(prototype);
    if (socket) foundSocket(socket);
    // A copy in one file exports its server with its sockets only.
    const server = serverPrototypeOf(
      socket ? ownValueOf(ownValueOf(exported, 'Server'), 'prototype') : prototype,
    );
    if (server) foundServer(server);
  }
}

function exportsOf(module: CachedModule | undefined): unknown {
  try {
    return module?.exports;
  } catch {
    return undefined;
  }
}

/** Reads what an app's module exports without a getter of it being run, or that of a proxy. */
function ownValueOf(owner: unknown, name: string): unknown {
  try {
    return Object.getOwnPropertyDescriptor(owner, name)?.value;
  } catch {
    return undefined;
  }
}

/** The prototype of the `ws` class that an object is made by, or is the prototype of. */
export function socketPrototypeOf(object: unknown): object | undefined {
  return ownerOf(object, 'emitClose', 'setSocket');
}

/** The same for a server class. */
export function serverPrototypeOf(object: unknown): object | undefined {
  return ownerOf(object, 'handleUpgrade', 'completeUpgrade');
}

/** The first of an object and its prototypes that has two methods of its own. */
function ownerOf(object: unknown, ...methods: [string, string]): object | undefined {
  for (let owner = object; typeof owner === 'object' && owner; owner = Object.getPrototypeOf(owner)) {
    if (methods.every((name) => typeof ownValueOf(owner, name) === 'function')) {
      return owner;
    }
  }
  return undefined;
}
