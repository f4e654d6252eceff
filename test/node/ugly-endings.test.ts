import { fileURLToPath } from 'node:url';
import { startOtlpReceiver } from '@closespan/testing';
import { describe, expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';
import { UNDICI_CLIENTS } from '../helpers/undici-clients.ts';

const program = fileURLToPath(new URL('fixtures/end-uglily.mjs', import.meta.url));

const OTHERS = ['ws', 'ws7', 'websocket', 'ws-server', 'ws7-server', 'websocket-server'];
const LIBRARIES = [
  ...UNDICI_CLIENTS.map(({ version, client, binary }) => ({ version, library: client as string, binary })),
  ...UNDICI_CLIENTS.filter(({ client }) => client === 'undici7' || client === 'undici8').map(
    ({ version, client, binary }) => ({ version, library: `${client}-stream`, binary }),
  ),
  ...NODE_VERSIONS.flatMap((version) =>
    OTHERS.map((library) => ({ version, library, binary: nodeBinary(version) })),
  ),
];

/** What a `close` event says. The package `websocket` gives no `wasClean` that means more than its code. */
interface Told {
  readonly code: number;
  readonly wasClean?: boolean | undefined;
}

describe.each(LIBRARIES)('Node $version, $library', ({ library, binary }) => {
  it.skipIf(!binary)('a record says of an ugly ending what the app was told', async () => {
    const receiver = await startOtlpReceiver();
    const { exitCode, stdout, stderr } = await runNode(
      binary ?? '',
      ['--no-warnings', program, `library=${library}&rounds=3`],
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    );
    await receiver.close();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const told: Record<string, Told> = JSON.parse(stdout);
    const expected = Object.entries(told).map(([path, event]) => describeEnd(path, event));
    const recorded = receiver.spans.map(({ attributes }) => {
      const path = String(attributes['url.path']).slice(1);
      const code = Number(attributes['websocket.close.reported_code'] ?? attributes['websocket.close.code']);
      const wasClean = attributes['websocket.close.was_clean'] === true;
      const compared = told[path]?.wasClean === undefined && code !== 1006 ? undefined : wasClean;
      return describeEnd(path, { code, wasClean: compared }, String(attributes['websocket.close.initiator']));
    });
    expect(recorded.sort()).toEqual(expected.sort());
  });
});

/**
 * One line of an end. The path says who began to close; of two Close frames that cross, either may be the first. An end
 * without a Close frame was begun by nobody, or by the end that refuses the bytes of the other. The package `websocket`
 * refuses a Close frame with a code that no frame may carry without a code of its own.
 */
function describeEnd(
  path: string,
  { code, wasClean = code === 1006 ? false : undefined }: Told,
  by?: string,
) {
  const began = path.startsWith('local') || path.startsWith('wrong/code') ? 'local' : 'remote';
  const isKnown = code !== 1006 && code !== 1002 && !path.startsWith('crossing');
  return `${path} ${code} ${wasClean ?? ''} ${isKnown ? (by ?? began) : ''}`;
}
