import { checkOption } from '../options.ts';

/** An origin such as `wss://chat.example.com`, or an expression that matches a URL without its query. */
export type Target = string | RegExp;

/**
 * Makes a check for URLs of the page's own origin, or of a target.
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

/** The origin of a page or an address as that of a WebSocket; `undefined` for what has none. */
function originOf(address: unknown): string | undefined {
  try {
    const { protocol, origin } = new URL(String(address).replace(/^http/, 'ws'));
    return /^wss?:$/.test(protocol) ? origin : undefined;
  } catch {
    return undefined;
  }
}
