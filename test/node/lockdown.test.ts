import { fileURLToPath } from 'node:url';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { describe, expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';

const PROGRAM = fileURLToPath(new URL('fixtures/lock-down.mjs', import.meta.url));

/** The closes of one client that opens two connections, and of its peers of `ws`. */
const closesOf = (client: string, peers: string) => [
  `/${client}/app client 4200 clean local local_close reason=app`,
  `/${client}/app server 4200 clean remote remote_close reason=app`,
  `/${client}/peer client 4100 clean remote remote_close reason=peer`,
  `/${client}/peer server ${peers}`,
];
const CLOSES = [
  ...closesOf('ws', '4100 clean local local_close reason=peer'),
  ...closesOf('undici', '4100 clean local local_close'),
  // A client of `websocket` responds with a code of its own.
  ...closesOf('websocket', '1000 clean local local_close requested_code=4100'),
];
const GLOBAL = closesOf('global', '4100 clean local local_close');

describe.each(NODE_VERSIONS)('Node %s', (version) => {
  const binary = nodeBinary(version);
  const closes = version === 20 ? CLOSES : [...CLOSES, ...GLOBAL];

  it.skipIf(!binary).each([
    { when: 'first', warnings: [] },
    { when: 'before', warnings: [] },
    { when: 'before, with harden', warnings: ['closespan: close is frozen and goes unseen'] },
    { when: 'after', warnings: [] },
    { when: 'after, with harden', warnings: [] },
  ])('an app that runs lockdown() of SES ($when) is not harmed, and told all', async ({ when, warnings }) => {
    const receiver = await startOtlpReceiver();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const [bare, observed] = await Promise.all([
      runNode(binary ?? '', ['--no-warnings', PROGRAM, when, 'bare']),
      runNode(binary ?? '', ['--no-warnings', PROGRAM, when], env),
    ]);
    await receiver.close();
    expect(observed).toMatchObject({ exitCode: 0, stderr: bare.stderr });
    expect(JSON.parse(observed.stdout)).toEqual({ ...JSON.parse(bare.stdout), warnings });
    // Three of the four rounds are observed.
    expect(receiver.spans.map(closeLine).sort()).toEqual(closes.flatMap((line) => [line, line, line]).sort());
  });
});
