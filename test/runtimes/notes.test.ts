import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNotes } from '../helpers/expect-notes.ts';
import { nodeBinary, runNode } from '../helpers/run-node.ts';
import type { NotesSeen } from '../helpers/run-notes.ts';
import { BUN, DENO, WORKERD } from '../helpers/runtimes.ts';
import { type NoteServer, startNoteServer } from '../helpers/start-note-server.ts';
import { startWorkerd } from '../helpers/start-workerd.ts';

const program = fileURLToPath(new URL('fixtures/note-on-sockets.mts', import.meta.url));
const NODE = { name: 'node', binary: nodeBinary(26), args: [] };
/** Deno keeps what it made of files by their path, also when they were built anew. */
const cache = mkdtempSync(join(tmpdir(), 'closespan-deno-'));

let server: NoteServer;
beforeAll(async () => {
  server = await startNoteServer();
});
afterAll(async () => {
  await server.close();
  rmSync(cache, { recursive: true, force: true });
});

const cases = [NODE, BUN, DENO].flatMap((runtime) =>
  ['global', 'ws'].flatMap((library) =>
    ['hooked', 'bare'].map((options) => ({ runtime, name: runtime.name, library, options })),
  ),
);

describe('an app that notes', () => {
  it.each(cases.filter(({ runtime }) => runtime.binary))(
    'on $name, with sockets of $library: $options',
    async ({ runtime, library, options }) => {
      const receiver = await startOtlpReceiver();
      const { exitCode, stdout, stderr } = await runNode(
        runtime.binary ?? '',
        [...runtime.args, program, server.url, library, options],
        { DENO_DIR: cache, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
      );
      expect({ exitCode, stdout, stderr: stderr.replace(/^closespan.*\n/gm, '') }).toMatchObject({
        exitCode: 0,
        stderr: '',
      });
      const isUndici = runtime === NODE && library === 'global';
      await expectNotes(receiver, JSON.parse(stdout), {
        hasEarlyId: !isUndici,
        isHooked: options === 'hooked',
        hasOwnLabels: true,
        // Deno takes the end of TCP for a Close frame without a code.
        ...(runtime === DENO && library === 'global' && { cutCode: 1005 }),
      });
      await receiver.close();
    },
  );

  it.runIf(WORKERD).each(['hooked', 'bare'])('in workerd: %s', async (options) => {
    const receiver = await startOtlpReceiver();
    const worker = fileURLToPath(new URL('fixtures/note-on-workerd.mjs', import.meta.url));
    const workerd = await startWorkerd(WORKERD ?? '', worker, { OTLP: receiver.url, OPTIONS: options });
    const response = await fetch(`${workerd.url}/?target=${encodeURIComponent(server.url)}`);
    await expectNotes(receiver, (await response.json()) as NotesSeen, {
      hasEarlyId: true,
      isHooked: options === 'hooked',
      hasOwnLabels: false,
    });
    await workerd.stop();
    await receiver.close();
  });
});
