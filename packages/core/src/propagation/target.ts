import { checkOption } from '../check-options.ts';

/**
 * Names servers: by an origin such as `wss://chat.example.com`, or by an expression that matches a URL without its
 * query.
 */
export type Target = string | RegExp;

/**
 * Makes a check that holds for URLs of the page's origin, and of a target.
 * @throws TypeError for a wrong target
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
 * Returns the origin of an address, with `ws` for `http`; `undefined` where the address is no URL of a WebSocket or
 * page.
 */
function originOf(address: unknown): string | undefined {
  try {
    const { protocol, origin } = new URL(String(address).replace(/^http/, 'ws'));
    return /^wss?:$/.test(protocol) ? origin : undefined;
  } catch {
    return undefined;
  }
}
