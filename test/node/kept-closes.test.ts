import { fileURLToPath } from 'node:url';
import { AbnormalCloseSampler, instrumentWebSockets, type NodeWebSocketOptions } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectAndClose } from '../helpers/connect-and-close.ts';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';

const PROGRAM = fileURLToPath(new URL('fixtures/close-with-codes.mjs', import.meta.url));
const NODE = nodeBinary(24) ?? process.execPath;

let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
});
afterEach(() => receiver.close());

/** Number of spans that arrive of closes with a code. */
const spansOf = (code: number) =>
  receiver.spans.filter(({ attributes }) => attributes['websocket.close.code'] === code).length;
/** Number of spans that arrive of two normal and of two abnormal closes. */
async function kept(env: Record<string, string>, binary = NODE): Promise<[normal: number, abnormal: number]> {
  const { exitCode } = await close(env, '1', binary);
  expect(exitCode).toBe(0);
  return [spansOf(1000), spansOf(1011)];
}

function close(env: Record<string, string>, count: string, binary = NODE) {
  return runNode(binary, ['--import', '@closespan/node/register', PROGRAM, count, '1000', '1011'], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    ...env,
  });
}

describe.each([
  { sampler: undefined, arg: undefined, normal: 2 },
  { sampler: 'always_on', arg: undefined, normal: 2 },
  { sampler: 'parentbased_always_on', arg: undefined, normal: 2 },
  { sampler: 'traceidratio', arg: '0', normal: 0 },
  { sampler: 'traceidratio', arg: '1', normal: 2 },
  { sampler: 'parentbased_traceidratio', arg: '0', normal: 0 },
  { sampler: 'parentbased_traceidratio', arg: '1', normal: 2 },
  // As the SDK does it: a wrong or missing argument keeps all.
  { sampler: 'traceidratio', arg: undefined, normal: 2 },
  { sampler: 'traceidratio', arg: 'a tenth', normal: 2 },
  { sampler: 'parentbased_traceidratio', arg: '7', normal: 2 },
  { sampler: 'jaeger_remote', arg: undefined, normal: 2 },
  { sampler: 'parentbased_unknown', arg: undefined, normal: 2 },
  { sampler: ' ', arg: '0', normal: 2 },
])('OTEL_TRACES_SAMPLER=$sampler with $arg', ({ sampler, arg, normal }) => {
  const env = {
    ...(sampler && { OTEL_TRACES_SAMPLER: sampler }),
    ...(arg && { OTEL_TRACES_SAMPLER_ARG: arg }),
  };

  it(`keeps ${normal} of 2 normal closes, and both abnormal ones`, async () => {
    expect(await kept(env)).toEqual([normal, 2]);
  });

  it(`keeps ${normal} of 2 abnormal closes with CLOSESPAN_KEEP_ABNORMAL=false`, async () => {
    expect(await kept({ ...env, CLOSESPAN_KEEP_ABNORMAL: 'false' })).toEqual([normal, normal]);
  });
});

it.each(['always_off', 'parentbased_always_off'])(
  '%s is off, unless abnormal closes are asked for',
  async (off) => {
    const env = { OTEL_TRACES_SAMPLER: off };
    expect(await kept(env)).toEqual([0, 0]);
    expect(await kept({ ...env, CLOSESPAN_KEEP_ABNORMAL: 'false' })).toEqual([0, 0]);
    expect(await kept({ ...env, CLOSESPAN_KEEP_ABNORMAL: 'TRUE' })).toEqual([0, 2]);
  },
);

it('a half of normal closes is about a half', async () => {
  await close({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' }, '200');
  expect(spansOf(1011)).toBe(400);
  // Ten standard deviations on each side.
  expect(spansOf(1000)).toBeGreaterThan(100);
  expect(spansOf(1000)).toBeLessThan(300);
});

it('a value that is neither true nor false is left out, with one line on stderr', async () => {
  const { stderr } = await close(
    { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0', CLOSESPAN_KEEP_ABNORMAL: 'yes' },
    '1',
  );
  expect(stderr).toBe('closespan: CLOSESPAN_KEEP_ABNORMAL ignored: Expected true or false, got `yes`\n');
  expect([spansOf(1000), spansOf(1011)]).toEqual([0, 2]);
});

it.each(
  NODE_VERSIONS.map((version) => ({ version, binary: nodeBinary(version) ?? '' })).filter(
    (row) => row.binary,
  ),
)('Node $version keeps abnormal closes alone at a ratio of 0', async ({ binary }) => {
  expect(await kept({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }, binary)).toEqual([
    0, 2,
  ]);
});

describe('the option keepAbnormal', () => {
  afterEach(() => vi.unstubAllEnvs());

  async function codes(options: NodeWebSocketOptions): Promise<unknown[]> {
    const handle = instrumentWebSockets({ otlp: { url: receiver.url }, ...options });
    await connectAndClose('/', 1000);
    await connectAndClose('/', 1011);
    await handle.shutdown();
    return receiver.spans.map(({ attributes }) => attributes['websocket.close.code']);
  }

  it.each<[NodeWebSocketOptions, number[]]>([
    [{}, [1011, 1011]],
    [{ keepAbnormal: true }, [1011, 1011]],
    [{ keepAbnormal: false }, []],
    [{ keepAbnormal: false, sampler: new AbnormalCloseSampler(0) }, [1011, 1011]],
    [{ keepAbnormal: true, sampler: new AbnormalCloseSampler(1) }, [1000, 1000, 1011, 1011]],
  ])('%o keeps %o at a ratio of 0', async (options, expected) => {
    vi.stubEnv('OTEL_TRACES_SAMPLER', 'traceidratio');
    vi.stubEnv('OTEL_TRACES_SAMPLER_ARG', '0');
    expect((await codes(options)).sort()).toEqual(expected);
  });

  it('is a boolean', () => {
    expect(() => instrumentWebSockets({ keepAbnormal: 'yes' } as object)).toThrow(TypeError);
  });
});
