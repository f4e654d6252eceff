import { fileURLToPath } from 'node:url';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, startNode } from '../helpers/run-node.ts';
import { BUN, DENO } from '../helpers/runtimes.ts';
import { startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

const program = fileURLToPath(new URL('fixtures/keep-connections-open.mjs', import.meta.url));

const nodes = NODE_VERSIONS.flatMap((version) => {
  const binary = nodeBinary(version);
  return (version > 20 ? ['ws', 'global'] : ['ws']).map((library) => ({
    runtime: `Node ${version}`,
    library,
    binary,
    args: [] as readonly string[],
  }));
});
const others = [
  { runtime: 'Bun', library: 'global', binary: BUN.binary, args: BUN.args },
  { runtime: 'Deno', library: 'global', binary: DENO.binary, args: DENO.args },
  { runtime: 'Deno', library: 'ws', binary: DENO.binary, args: DENO.args },
];

let server: WsServer;
let receiver: OtlpReceiver;
beforeAll(async () => {
  server = await startWsServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  receiver = await startOtlpReceiver();
});
afterEach(() => receiver.close());

describe('open connections', () => {
  it.each([...nodes, ...others].filter(({ binary }) => binary))(
    'of $library are counted on $runtime, and their metrics keep no process alive',
    { timeout: 60_000 },
    async ({ binary = '', args, library }) => {
      const began = performance.now();
      const { end } = startNode(binary, [...args, program, server.url, library, '3'], {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      });
      const { exitCode, stdout, stderr } = await end;
      expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 0, stdout: 'counted\n' });
      const active = receiver.points.filter(({ name }) => name === 'websocket.client.connection.active');
      expect(active.map(({ value }) => value)).toEqual([3, 0]);
      expect(active[0]?.attributes).toMatchObject({ 'websocket.connection.age_group': 'lt_1m' });
      // The interval of metrics is a minute.
      expect(performance.now() - began).toBeLessThan(50_000);
    },
  );
});
