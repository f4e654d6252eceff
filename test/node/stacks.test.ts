import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';

const program = fileURLToPath(new URL('fixtures/print-stacks.cjs', import.meta.url));

/**
 * Number of our frames in a stack: one for each patched method that is running. A stack that is not named here has none.
 * The limits' table says which methods these are.
 */
const FRAMES: Readonly<Record<string, number>> = {
  request: 1,
  upgrade: 1,
  'open of ws': 1,
  'close of ws': 1,
  'server close of ws': 1,
  'close of ws with a wrong code': 1,
  'close of undici with a wrong code': 1,
  'close of Node with a wrong code': 1,
  'connect of websocket': 1,
  'close of websocket with a wrong code': 1,
  'request of websocket': 1,
  'second accept of websocket': 2,
  'requestAccepted of websocket': 2,
  'connect event of websocket': 2,
  'connection of ws': 3,
  'connection of ws 7': 3,
};
/** Stacks that an app gets without a WebSocket, or before it has one. */
const UNTOUCHED = [
  'a module',
  'an imported module',
  'a missing module',
  'new WebSocket of undici',
  'new WebSocket of ws',
  'send of ws that connects',
  'send of ws',
  'server message of ws',
  'open of undici',
  'close of undici',
];

const isOurs = (frame: string) => /packages\/\w+\/dist\//.test(frame);

async function stacksOf(binary: string, query: string): Promise<Record<string, string[]>> {
  const { exitCode, stdout, stderr } = await runNode(binary, ['--no-warnings', program, query]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe.each(
  NODE_VERSIONS.flatMap((version) => ['none', 'before', 'after'].map((hook) => ({ version, hook }))),
)('Node $version, another hook of `require`: $hook', ({ version, hook }) => {
  const binary = nodeBinary(version) ?? '';

  it.skipIf(!binary)('errors of the app keep their frames, and have few of ours', async () => {
    const [bare = {}, observed = {}] = await Promise.all([
      stacksOf(binary, `hook=${hook}`),
      stacksOf(binary, `hook=${hook}&observed=1`),
    ]);
    expect(Object.keys(observed)).toEqual(Object.keys(bare));
    expect(Object.keys(bare)).toEqual(
      expect.arrayContaining(
        [...Object.keys(FRAMES), ...UNTOUCHED].filter((name) => version > 20 || !name.includes('Node')),
      ),
    );
    for (const [name, frames] of Object.entries(observed)) {
      const theirs = frames.filter((frame) => !isOurs(frame));
      expect([name, frames.length - theirs.length]).toEqual([name, FRAMES[name] ?? 0]);
      // A frame of ours may push out the last ones of ten.
      expect([name, theirs]).toEqual([name, bare[name]?.slice(0, FRAMES[name] ? theirs.length : undefined)]);
    }
  });
});
