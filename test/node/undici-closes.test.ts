import { fileURLToPath } from 'node:url';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { UNDICI_CLIENTS } from '../helpers/undici-clients.ts';

/** Closes of `fixtures/call-undici-close.mjs`. */
const EXPECTED = [
  '/chat/call client 4999 clean local local_close requested_code=4002',
  '/chat/never client 4444 clean remote remote_close',
  '/code/string client 4999 clean local local_close requested_code=4010',
  '/code/fraction client 4999 clean local local_close requested_code=4000',
  '/last client 1006 unclean local process_exit synthetic requested_code=4011',
  '/code/object client 4999 clean local local_close requested_code=4011',
];
const STREAM = '/code/stream client 4999 clean local local_close requested_code=4101';

describe.each(UNDICI_CLIENTS)('Node $version, $client', ({ client, binary, firesClose }) => {
  const program = fileURLToPath(new URL('fixtures/call-undici-close.mjs', import.meta.url));
  const expected = client !== 'global' && firesClose ? [...EXPECTED, STREAM] : EXPECTED;
  let receiver: OtlpReceiver;
  let answers: string[];

  beforeAll(async () => {
    if (!binary) return;
    receiver = await startOtlpReceiver();
    const { exitCode, stdout, stderr } = await runNode(
      binary,
      ['--no-warnings', program, `client=${client}`],
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    ({ answers } = JSON.parse(stdout));
  }, 60_000);
  afterAll(() => receiver?.close());

  it.skipIf(!binary).each(expected)('notes the call that closed: %s', (line) => {
    const lines = receiver.spans.map(closeLine);
    expect(lines.filter((one) => one.startsWith(`${line.split(' ')[0]} client `))).toEqual([line]);
  });

  it.skipIf(!binary)('leaves it to undici to ask an object for its number', () => {
    expect(answers).toEqual(['valueOf']);
  });
});
