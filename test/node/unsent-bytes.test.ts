import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';
import { UNDICI_CLIENTS } from '../helpers/undici-clients.ts';

const program = fileURLToPath(new URL('fixtures/leave-unsent.mjs', import.meta.url));
const LIBRARIES = [
  ...UNDICI_CLIENTS.map(({ version, client, binary }) => ({ version, library: client as string, binary })),
  ...NODE_VERSIONS.flatMap((version) =>
    ['ws', 'ws7'].map((library) => ({ version, library, binary: nodeBinary(version) })),
  ),
];
/** Ends before which no byte leaves any more, so that the record has the number that the library counted. */
const AT_ONCE = ['terminate', 'deflate', 'server/terminate', 'open'];
/** The bytes of all messages, and some for the headers of frames. */
const MOST = 32_001_000;

interface Output {
  readonly ends: Readonly<Record<string, number>>;
  readonly recorded: Readonly<Record<string, number>>;
}

describe.each(LIBRARIES)('Node $version, $library', ({ library, binary }) => {
  it.skipIf(!binary).each(['', '&tls=yes'])('records the bytes that never left %s', async (tls) => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const end = await runNode(binary ?? '', ['--no-warnings', program, `library=${library}${tls}`], env);
    expect(end).toMatchObject({ exitCode: 0, stderr: '' });
    const { ends, recorded }: Output = JSON.parse(end.stdout);
    expect(recorded).toMatchObject({ read: 0 });
    for (const [path, counted] of Object.entries(ends)) {
      if (path === 'read') continue;
      expect(counted, path).toBeGreaterThan(1_000_000);
      if (AT_ONCE.includes(path)) expect(recorded, path).toHaveProperty([path], counted);
      else {
        expect(recorded[path], path).toBeGreaterThan(1_000_000);
        expect(recorded[path], path).toBeLessThan(MOST);
      }
    }
  });
});
