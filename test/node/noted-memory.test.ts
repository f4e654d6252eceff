import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';

const program = fileURLToPath(new URL('fixtures/note-while-away.mjs', import.meta.url));

it('closes with big notes stay within 128 MiB while the collector is away', async () => {
  const args = ['--expose-gc', '--max-old-space-size=300', program, '9000'];
  // Nobody listens on this port.
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_LOG_LEVEL: 'none' };
  const { exitCode, stdout } = await runNode(process.execPath, args, env);
  expect(exitCode).toBe(0);
  const bytes = Number(stdout);
  expect(bytes).toBeGreaterThan(2 ** 26);
  expect(bytes).toBeLessThan(2 ** 27 * 1.1);
});
