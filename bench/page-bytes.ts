import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { report } from './figure.ts';

// The bytes that a page loads after gzip, as bundlers build the README's sample: at its start, and in all. The sizes are
// those of `npm run size`, against the targets for a page.

const TARGETS: readonly (readonly [part: string, bytes: number])[] = [
  ['at start', 6000],
  ['in all', 21_000],
];

const script = fileURLToPath(new URL('../scripts/bundle-sizes.mjs', import.meta.url));
for (const [, bundler = '', part = '', size] of sizes().matchAll(/^(\w+), (at start|in all) +(\d+) of/gm)) {
  const target = TARGETS.find(([name]) => name === part)?.[1] ?? 0;
  report({ title: `page built by ${bundler}, ${part}`, value: Number(size), unit: 'bytes', target });
}

/** What `npm run size` prints, also if a size is above the budget of the build. */
function sizes(): string {
  try {
    return execFileSync(process.execPath, [script], { encoding: 'utf8' });
  } catch (error) {
    return (error as { stdout?: string }).stdout ?? '';
  }
}
