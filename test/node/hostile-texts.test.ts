import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';

/** Where a stranger puts a text of 15 KB, in the handshakes that a server gets and in the responses that a client gets. */
const PLACES = [
  'path',
  'query',
  'target',
  'host',
  'subprotocol',
  'subprotocols',
  'extensions',
  'zone',
  'forwardedFor',
  'origin',
  'header',
];

/** Bytes of a waiting close whose texts are short, as measured. */
const SHORT = 640;

it('a close with long texts takes at most twice the memory of another, while the collector is away', async () => {
  const program = fileURLToPath(new URL('fixtures/hostile-texts-app.mjs', import.meta.url));
  const places = PLACES.join();
  const { exitCode, stdout, stderr } = await runNode(process.execPath, [
    '--expose-gc',
    // Less than all texts together.
    '--max-old-space-size=48',
    '--no-warnings',
    program,
    `places=${places}&closes=300&size=15000`,
  ]);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  const bytes: [place: string, size: number][] = Object.entries(JSON.parse(stdout));
  // Code that is compiled, or thrown away, adds some or takes some from one place.
  expect(bytes.filter(([, size]) => size > 8192)).toEqual([]);
  const sum = bytes.reduce((total, [, size]) => total + size, 0);
  expect(sum / bytes.length).toBeLessThan(2 * SHORT);
}, 180_000);
