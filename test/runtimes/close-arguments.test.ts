import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { BUN, DENO } from '../helpers/runtimes.ts';
import { startWsServer } from '../helpers/start-ws-server.ts';

const PROGRAM = fileURLToPath(new URL('fixtures/close-with-arguments.mjs', import.meta.url));

it.each([BUN, DENO])(
  '$name: the code that is requested is the code that is sent',
  async ({ binary = '', args }) => {
    const codes: number[] = [];
    const server = await startWsServer((peer) => peer.on('close', (code) => codes.push(code)));
    const { stdout, stderr } = await runNode(binary, [...args, PROGRAM, server.url], {});
    expect(stderr).toBe('');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual(codes.map((code, index) => [code, code, index === 7 ? 1 : 0]));
    expect(lines).toHaveLength(8);
    await server.close();
  },
  60_000,
);
