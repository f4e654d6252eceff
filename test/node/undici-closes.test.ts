import { fileURLToPath } from 'node:url';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { UNDICI_CLIENTS } from '../helpers/undici-clients.ts';

/** Code, initiator and requested code of a record. */
type Facts = readonly [code: number, initiator: string, requested: number | undefined];

/** Of `fixtures/undici-closes-app.mjs`. */
const EXPECTED: Readonly<Record<string, Facts>> = {
  'chat/call': [4999, 'local', 4002],
  'chat/never': [4444, 'remote', undefined],
  'code/string': [4999, 'local', 4010],
  'code/fraction': [4999, 'local', 4000],
  last: [1006, 'local', 4011],
  'code/object': [4999, 'local', undefined],
};

describe.each(UNDICI_CLIENTS)('Node $version, $client', ({ client, binary, firesClose }) => {
  const program = fileURLToPath(new URL('fixtures/undici-closes-app.mjs', import.meta.url));
  const expected: Readonly<Record<string, Facts>> = {
    ...EXPECTED,
    ...(client !== 'global' && firesClose && { 'code/stream': [4999, 'local', 4101] }),
  };
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

  it.skipIf(!binary).each(Object.keys(expected))('notes the call that closed: %s', (path) => {
    const spans = receiver.spans.filter(({ attributes }) => attributes['url.path'] === `/${path}`);
    expect(
      spans.map(({ attributes }) =>
        ['code', 'initiator', 'requested_code'].map((name) => attributes[`websocket.close.${name}`]),
      ),
    ).toEqual([expected[path]]);
  });

  it.skipIf(!binary)('leaves it to undici to ask an object for its number', () => {
    expect(answers).toEqual(['valueOf']);
  });
});
