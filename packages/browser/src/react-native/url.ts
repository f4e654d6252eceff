import { PlainUrl } from './plain-url.ts';

/**
 * Parses a URL with the app's `URL`, if that class knows the scheme `ws`. React Native's own `URL` finds a host only in
 * URLs of HTTP, so `PlainUrl` is used beside it. The build puts this function in place of the global `URL`.
 * @throws TypeError for a text that is no absolute URL
 */
export const URL: typeof globalThis.URL = function parse(url: string | PlainUrl): object {
  return knowsWebSockets() ? new globalThis.URL(url) : new PlainUrl(String(url));
} as unknown as typeof globalThis.URL;

/** Returns whether the app's `URL` is complete. Asked for each URL, since an app may load a polyfill late. */
function knowsWebSockets(): boolean {
  try {
    const { host, pathname } = new globalThis.URL('ws://a@b:1/c?d');
    return `${host}${pathname}` === 'b:1/c';
  } catch {
    return false;
  }
}
