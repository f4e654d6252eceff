import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';
import { BUN, DENO } from '../helpers/runtimes.ts';
import { UNDICI_CLIENTS } from '../helpers/undici-clients.ts';

const program = fileURLToPath(new URL('fixtures/exchange-messages.mjs', import.meta.url));

/** Deno keeps what it made of files by their path, also when they were built anew. */
const cache = mkdtempSync(join(tmpdir(), 'closespan-deno-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

/** Nine messages, with 2368 bytes of payload, go to the server and come back. */
const BOTH_WAYS = {
  'websocket.message.received.count': 9,
  'websocket.message.received.size': 2368,
  'websocket.message.received.max_size': 2000,
  'websocket.message.sent.count': 9,
  'websocket.message.sent.size': 2368,
};

const METRICS = Object.fromEntries(
  ['client', 'server'].flatMap((kind) =>
    ['received', 'sent'].flatMap((way) => [
      [`websocket.${kind}.message.${way}.count`, '9 {message}'],
      [`websocket.${kind}.message.${way}.size`, '2368 By'],
    ]),
  ),
);

const clients = [
  ...UNDICI_CLIENTS.map(({ version, client, binary }) => ({
    on: `Node ${version}`,
    client,
    binary,
    args: [],
  })),
  ...NODE_VERSIONS.flatMap((version) =>
    ['ws', 'ws7'].map((client) => ({ on: `Node ${version}`, client, binary: nodeBinary(version), args: [] })),
  ),
  ...[BUN, DENO].flatMap(({ name, binary, args }) =>
    ['global', 'ws'].map((client) => ({ on: name, client, binary, args })),
  ),
];

async function exchange(
  { binary = '', args, client }: (typeof clients)[number],
  messages: string,
): Promise<{ spans: readonly ReceivedSpan[]; metrics: object; stdout: string }> {
  const receiver = await startOtlpReceiver();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, DENO_DIR: cache, NODE_NO_WARNINGS: '1' };
  const query = `client=${client}&messages=${messages}`;
  const { exitCode, stdout, stderr } = await runNode(binary, [...args, program, query], env);
  await receiver.close();
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const counters = receiver.points.filter(({ name }) => name.includes('.message.'));
  const metrics = Object.fromEntries(counters.map(({ name, unit, value }) => [name, `${value} ${unit}`]));
  return { spans: receiver.spans, metrics, stdout };
}

const countsOf = ({ attributes }: ReceivedSpan) =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => name.startsWith('websocket.message.')));

describe.each(clients)('$client on $on, with the option messages', (row) => {
  it.skipIf(!row.binary)(
    'counts messages and bytes at both ends, and changes nothing that the app sees',
    async () => {
      const [counted, bare] = await Promise.all([exchange(row, 'true'), exchange(row, '')]);
      expect(counted.spans.map(countsOf)).toEqual([BOTH_WAYS, BOTH_WAYS]);
      expect(counted.metrics).toEqual(METRICS);
      expect(bare.metrics).toEqual({});
      expect(bare.spans.map(countsOf)).toEqual([{}, {}]);
      expect(JSON.parse(counted.stdout).seen).toEqual(JSON.parse(bare.stdout).seen);
      expect(JSON.parse(counted.stdout).send).toEqual(JSON.parse(bare.stdout).send);
      expect(JSON.parse(bare.stdout).own).toBe(false);
    },
  );
});
