import type { Options } from 'tsup';

const IMPORT = /\bimport\((['"][^'"]+['"])\)/g;

/** Turns each `import()` of a CommonJS file into a `require` that runs in a later microtask. */
export function requireOnRequest(code: string): string {
  return code.replace(IMPORT, 'Promise.resolve().then(() => require($1))');
}

/** Applies `requireOnRequest` to CommonJS output: an `import()` there would load a second copy of a package, made of ES modules. */
export const requireOnRequestPlugin: NonNullable<Options['plugins']>[number] = {
  name: 'require on request',
  renderChunk(code) {
    return this.format === 'cjs' ? { code: requireOnRequest(code) } : undefined;
  },
};
