import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { BUN, DENO } from '../helpers/runtimes.ts';

const PROGRAM = fileURLToPath(new URL('fixtures/freeze-web-sockets.mjs', import.meta.url));
/** Deno keeps what it made of files by their path, also when they were built anew. */
const cache = mkdtempSync(join(tmpdir(), 'closespan-deno-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const SERVERS_OF_GLOBAL = [
  '/global/app server 4200 clean remote remote_close reason=app',
  '/global/peer server 4100 clean local local_close reason=peer',
];
const GLOBAL = [
  '/global/app client 4200 clean local local_close reason=app',
  '/global/peer client 4100 clean remote remote_close reason=peer',
];
const WS = [
  '/ws/app client 4200 clean local local_close reason=app',
  '/ws/app server 4200 clean remote remote_close reason=app',
  '/ws/peer client 4100 clean remote remote_close reason=peer',
  '/ws/peer server 4100 clean local local_close reason=peer',
];
const ALL = [...GLOBAL, ...SERVERS_OF_GLOBAL, ...WS];
/** The closes if calls of `close()` of the global go unseen. */
const UNCLAIMED = [
  '/global/app client 4200 clean unknown unknown reason=app',
  '/global/peer client 4100 clean unknown unknown reason=peer',
  ...SERVERS_OF_GLOBAL,
  ...WS,
];
const FROZEN = [
  { what: 'class', names: [], lines: ALL },
  { what: 'prototype', names: ['close'], lines: UNCLAIMED },
  { what: 'close', names: ['close'], lines: UNCLAIMED },
  { what: 'events', names: [], lines: ALL },
  { what: 'global', names: ['WebSocket'], lines: [...SERVERS_OF_GLOBAL, ...WS] },
  { what: 'scope', names: [], lines: ALL },
  { what: 'ws', names: ['setSocket', 'handleUpgrade'], lines: GLOBAL },
];

describe.each([BUN, DENO])('$name', (runtime) => {
  const { binary = '', args } = runtime;

  /** Runs the program with and without us. Returns what we logged, and each close that arrived three times. */
  async function run(what: string, when: string) {
    const receiver = await startOtlpReceiver();
    const env = { DENO_DIR: cache, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const [bare, observed] = await Promise.all([
      runNode(binary, [...args, PROGRAM, what, when, 'bare'], env),
      runNode(binary, [...args, PROGRAM, what, when], env),
    ]);
    await receiver.close();
    // Deno itself cannot exit if its global object takes no property.
    const firstLine = ({ stderr }: { stderr: string }) => stderr.split('\n')[0];
    expect([observed.exitCode, firstLine(observed)]).toEqual([bare.exitCode, firstLine(bare)]);
    const { seen, warnings }: Record<string, string[]> = JSON.parse(observed.stdout);
    expect(seen).toEqual(JSON.parse(bare.stdout).seen);
    expect(seen).toHaveLength(32);
    return { warnings, lines: receiver.spans.map(closeLine).sort() };
  }
  /** Three of the four rounds are observed. */
  const thrice = (lines: readonly string[]) => lines.flatMap((line) => [line, line, line]).sort();

  it.skipIf(!binary).each(FROZEN)(
    'an app that froze $what before the call is not harmed, and told what was seen',
    async ({ what, names, lines }) => {
      const warnings = names.map((name) => `closespan: ${name} is frozen and goes unseen`);
      expect(await run(what, 'before')).toEqual({ warnings, lines: thrice(lines) });
    },
  );

  it.skipIf(!binary).each([...FROZEN, { what: 'property' }])(
    'an app that freezes $what after the call is not harmed, and told all',
    async ({ what }) => {
      expect(await run(what, 'after')).toEqual({ warnings: [], lines: thrice(ALL) });
    },
  );
});
