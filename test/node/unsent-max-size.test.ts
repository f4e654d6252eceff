import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { nodeBinary, runNode } from '../helpers/run-node.ts';
import { UNDICI_CLIENTS } from '../helpers/undici-clients.ts';

const program = fileURLToPath(new URL('fixtures/overfill-sockets.mjs', import.meta.url));
/** Payload of all messages of one connection. */
const SENT = 16_000_000;

/** How one end of a connection ended. */
interface End {
  readonly code: number;
  readonly unsentSize: number;
  readonly maxSize?: number;
}

type Output = Readonly<
  Record<string, { readonly client: End; readonly server: End; readonly waited?: number }>
> & {
  readonly reads: number;
};

/** Each copy of undici once, and the global of each Node. */
const LIBRARIES = [
  ...UNDICI_CLIENTS.filter(({ version, client }) =>
    version === 24 ? client !== 'undici6' : client === (version === 20 ? 'undici6' : 'global'),
  ).map(({ version, client, binary }) => ({ version, library: client as string, binary })),
  ...['ws', 'ws7', 'websocket'].map((library) => ({ version: 24, library, binary: nodeBinary(24) })),
];
const NORMAL = { code: 1000, unsentSize: 0 };

async function run(binary: string | undefined, query: string): Promise<Output> {
  const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
  const end = await runNode(binary ?? '', ['--no-warnings', program, query], env);
  expect(end).toMatchObject({ exitCode: 0, stderr: '' });
  return JSON.parse(end.stdout);
}

it.each(LIBRARIES.filter(({ binary }) => binary))(
  'records the most bytes that waited, of an end that sent too fast: $library on Node $version',
  async ({ library, binary }) => {
    const { reads, small, broken, ...full } = await run(binary, `library=${library}&messages=true`);
    expect(Object.keys(full)).toEqual([
      'client',
      ...(library === 'websocket' ? [] : ['at-open']),
      ...(library.startsWith('w') ? ['server'] : []),
    ]);
    for (const [path, { waited, ...ends }] of Object.entries(full)) {
      const { maxSize = 0, ...sender } = path === 'server' ? ends.server : ends.client;
      expect(sender, path).toEqual(NORMAL);
      expect(path === 'server' ? ends.client : ends.server, path).toEqual(NORMAL);
      // undici counts in `bufferedAmount` what left in this turn, too.
      if (library.startsWith('w')) expect(maxSize, path).toBe(waited);
      expect(maxSize, path).toBeGreaterThan(1_000_000);
      expect(maxSize, path).toBeLessThan(1.01 * SENT);
    }
    // The system took each message at once.
    expect(small).toEqual({ client: NORMAL, server: NORMAL });
    expect(broken).toEqual({ client: NORMAL, server: NORMAL });
    expect(reads).toBeGreaterThan(0);
  },
);

it.skipIf(!nodeBinary(24)).each(['ws', 'global'])(
  'counts over TLS what is still to be encrypted: %s',
  async (library) => {
    const { small, client } = await run(nodeBinary(24), `library=${library}&messages=true&tls=yes`);
    expect(client?.client.maxSize).toBeGreaterThan(1_000_000);
    // Five bytes, and six of a header with its mask.
    expect(small).toEqual({ client: { ...NORMAL, maxSize: 11 }, server: NORMAL });
  },
);

it.skipIf(!nodeBinary(24)).each(['ws', 'global', 'websocket'])(
  'reads no waiting bytes without the option messages: %s',
  async (library) => {
    const { reads, ...paths } = await run(nodeBinary(24), `library=${library}`);
    for (const { client, server } of Object.values(paths)) {
      expect({ client, server }).toEqual({ client: NORMAL, server: NORMAL });
    }
    expect(reads).toBe(0);
  },
);
