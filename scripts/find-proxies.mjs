import { existsSync } from 'node:fs';
import { HAS_APT, installDebian } from './install-debian.mjs';

/** Debian's packages of the proxies whose time limits are tested, and their programs. */
const PROXIES = { nginx: '/usr/sbin/nginx', haproxy: '/usr/sbin/haproxy' };

/** Looks for nginx and HAProxy. If one is missing, installs it or says that its tests are skipped. */
export function findProxies(setup) {
  const missing = Object.keys(PROXIES).filter((name) => !existsSync(PROXIES[name]));
  if (missing.length === 0) return;
  if (!HAS_APT || !installDebian(missing, setup)) {
    console.error(`Missing: ${missing.join(', ')}. Tests of these proxies are skipped.`);
  }
}
