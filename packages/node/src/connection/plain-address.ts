/** Matches an IPv4 address that is written as an IPv6 address (RFC 4291 §2.5.5.2). */
const MAPPED = /^::ffff:(?=[\d.]+$)/i;

/**
 * Returns an IP address as OpenTelemetry writes it. A zone, such as `%eth0`, is left out, because it names a network card
 * of one machine (RFC 4007 §6). Of an IPv4 address that a socket for IPv6 reports, the IPv4 address is left.
 */
export function plainAddress(address: string): string {
  return address.replace(/%.*/s, '').replace(MAPPED, '');
}
