import { existsSync } from 'node:fs';

/** Flags for a closed network and for containers; none changes what a page sees. */
const CHROMIUM_ARGS: string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** How to launch the Chromium of this machine, or the one that `CHROMIUM` names. */
export function chromiumLaunchOptions(): { args: string[]; executablePath?: string } {
  const executablePath = process.env['CHROMIUM'] ?? PLACES.find((file) => existsSync(file));
  return { args: CHROMIUM_ARGS, ...(executablePath && { executablePath }) };
}
