import { isIP } from 'node:net';

/** Addresses that listen on every network. */
const EVERY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);
/** Name that nobody can register in public DNS: one label, or a name of a private network. */
const PRIVATE_NAME = /^(?:[a-z0-9_-]+|(?:[a-z0-9_-]+\.)+(?:internal|local|localhost))$/;

/**
 * Returns whether a request for a host is meant for this receiver. A page that has rebound its own name to this machine
 * (DNS rebinding) sends that name. This machine's own names are allowed, and the host that the receiver listens on. A
 * receiver on every address also allows IP addresses and names that public DNS cannot have.
 * @param hostHeader header `Host` of the request (RFC 9110 §7.2)
 * @param listensOn host that the receiver listens on, as `canonicalHost` returns it
 */
export function isAllowedHost(hostHeader: string | undefined, listensOn: string): boolean {
  const name = hostOf(`http://${hostHeader}`);
  return name !== undefined && isAllowedName(name, listensOn);
}

/**
 * Returns whether a page of an origin may send to this receiver, and may read from it: an http(s) origin on this
 * machine, or on the host that the receiver listens on, with any port.
 * @param origin header `Origin` of the request (RFC 6454 §7)
 * @param listensOn host that the receiver listens on, as `canonicalHost` returns it
 */
export function isAllowedOrigin(origin: string, listensOn: string): boolean {
  const name = /^https?:\/\//i.test(origin) ? hostOf(origin) : undefined;
  return name !== undefined && isAllowedName(name, listensOn);
}

/** Returns a host as a URL writes the host, without brackets: `::` for `::0`, and `0.0.0.0` for `0`. */
export function canonicalHost(host: string): string {
  return hostOf(`http://${host.includes(':') ? `[${host}]` : host}`) ?? host.toLowerCase();
}

/** Returns whether a host is this machine alone: `localhost`, or an address that no network reaches. */
export function isLoopback(host: string): boolean {
  const name = canonicalHost(host);
  return LOOPBACK.has(name) || (isIP(name) === 4 && name.startsWith('127.'));
}

function isAllowedName(name: string, listensOn: string): boolean {
  if (LOOPBACK.has(name) || name === listensOn) return true;
  return EVERY_ADDRESS.has(listensOn) && (isIP(name) !== 0 || PRIVATE_NAME.test(name));
}

/** Returns the host of an address that has nothing but scheme, host and port. */
function hostOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const isBare = url.pathname === '/' && !url.username && !url.password && !url.search && !url.hash;
  return isBare ? url.hostname.replace(/^\[|\]$/g, '') : undefined;
}
