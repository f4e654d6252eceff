import { checkOption } from '../check-options.ts';

/**
 * One or more servers: an origin such as `wss://chat.example.com`, or a regular expression that matches a URL without
 * its query.
 */
export type Target = string | RegExp;

/**
 * Makes a function that returns whether a URL belongs to the page's origin or to one of the targets.
 * @throws TypeError for an invalid target
 */
export function createTargetCheck(targets: readonly Target[]): (url: URL) => boolean {
  checkOption('propagateTo', ['an array of origins (wss://example.com) and RegExps', areTargets], targets);
  const origins = new Set(targets.map((target) => (target instanceof RegExp ? undefined : originOf(target))));
  const expressions = targets.filter((target) => target instanceof RegExp);
  return ({ origin, pathname }) =>
    origin === originOf(globalThis.origin) ||
    origins.has(origin) ||
    expressions.some((expression) => (origin + pathname).search(expression) >= 0);
}

function areTargets(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((target) => target instanceof RegExp || originOf(target) !== undefined)
  );
}

/**
 * Returns the origin of an address, with `ws` instead of `http`. Returns `undefined` if the address is neither a
 * WebSocket URL nor an HTTP URL.
 */
function originOf(address: unknown): string | undefined {
  try {
    const { protocol, origin } = new URL(String(address).replace(/^http/, 'ws'));
    return /^wss?:$/.test(protocol) ? origin : undefined;
  } catch {
    return undefined;
  }
}
