import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';
import { UNDICI_CLIENTS } from '../helpers/undici-clients.ts';

const program = (name: string) => fileURLToPath(new URL(`fixtures/${name}.mjs`, import.meta.url));
const LIBRARIES = [
  ...UNDICI_CLIENTS.map(({ version, client, binary }) => ({ version, library: client as string, binary })),
  ...NODE_VERSIONS.flatMap((version) =>
    ['ws', 'ws7', 'websocket'].map((library) => ({ version, library, binary: nodeBinary(version) })),
  ),
];

/** How TCP ended, as the client and the server see the end. */
const EXPECTED = {
  'client-close': { client: 'fin', server: 'fin' },
  'server-close': { client: 'fin', server: 'fin' },
  fin: { client: 'fin', server: 'fin' },
  reset: { client: 'reset', server: 'reset' },
  half: { client: 'fin', server: 'fin' },
  'server-destroy': { client: 'fin', server: 'local' },
  'server-error': { client: 'fin', server: 'local' },
  // The library had no response whose reading TCP ended.
  response: { client: 'unknown' },
  'no-response-fin': { client: 'fin' },
  'no-response-reset': { client: 'reset' },
  refused: { client: 'unknown' },
  open: { client: 'unknown', server: 'unknown' },
};
const LOCAL = { client: 'local', server: 'fin' };
const MORE: Readonly<Record<string, object>> = {
  ws: {
    'client-destroy': LOCAL,
    'client-code': LOCAL,
    'client-terminate': LOCAL,
    'server-terminate': EXPECTED['server-destroy'],
    'no-response': { client: 'local' },
  },
  websocket: {
    'client-destroy': LOCAL,
    'client-code': LOCAL,
    'server-drop': EXPECTED['server-destroy'],
  },
};

describe.each(LIBRARIES)('Node $version, $library', ({ library, binary }) => {
  it.skipIf(!binary).each(['', '&tls=yes'])('says how TCP ended %s', async (tls) => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const args = ['--no-warnings', program('end-transports'), `library=${library}${tls}`];
    const end = await runNode(binary ?? '', args, env);
    expect(end).toMatchObject({ exitCode: 0, stderr: '' });
    const expected: Record<string, object> = { ...EXPECTED, ...MORE[library === 'ws7' ? 'ws' : library] };
    if (tls) for (const path of Object.keys(expected)) if (path.includes('response')) delete expected[path];
    expect(JSON.parse(end.stdout)).toEqual(expected);
  });
});

/** Only root may have a network of its own that it can cut. */
const mayCut = spawnSync('unshare', ['-n', 'ip', 'link', 'show', 'lo']).status === 0;
it.skipIf(!mayCut).each(['ws', 'global'])(
  'says that the network went dead under a client: %s',
  async (library) => {
    const args = ['-n', process.execPath, '--no-warnings', program('time-out-transport'), library];
    const { stdout, stderr } = await runNode('unshare', args);
    expect({ stdout, stderr }).toEqual({ stdout: 'ETIMEDOUT timeout\n', stderr: '' });
  },
);
