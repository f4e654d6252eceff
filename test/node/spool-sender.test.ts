import { once } from 'node:events';
import { readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeBinary, startNode } from '../helpers/run-node.ts';
import { NOBODY, runNext, type SpoolFolder, spoolFolder, startWithSpool } from '../helpers/spool.ts';
import { startHostileCollector } from '../helpers/start-hostile-collector.ts';

const NODE = nodeBinary(24) ?? process.execPath;
const REGISTER = ['--import', '@closespan/node/register'];

let spool: SpoolFolder;
let receiver: OtlpReceiver;
beforeEach(async () => {
  spool = spoolFolder();
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  await receiver.close();
  await spool.remove();
});

/** Leaves a file with one close at both ends. */
const leaveFile = () => startWithSpool(NODE, spool.path, NOBODY, ['exit', '1', '0']).end;
/** Starts a process of the spool that lives until it is killed. */
const startLasting = (collector: string, env = {}) =>
  startNode(NODE, [...REGISTER, '--eval', 'setInterval(() => {}, 1e6)'], {
    CLOSESPAN_SPOOL: spool.path,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    ...env,
  });
const ids = () => new Set(receiver.spans.map(({ spanId }) => spanId));

it('sends each file once when several processes start together', async () => {
  for (let i = 0; i < 5; i++) await leaveFile();
  expect(spool.files()).toHaveLength(5);
  const ends = await Promise.all([0, 1, 2, 3].map(() => runNext(NODE, spool.path, receiver.url)));
  expect(ends.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(Array(4).fill([0, '']));
  expect([receiver.spans.length, ids().size, spool.files()]).toEqual([10, 10, []]);
});

it('sends again, while a process lives, when the collector comes back', async () => {
  await leaveFile();
  let isAway = true;
  const collector = await startOtlpReceiver({ status: () => (isAway ? 503 : 200) });
  const { child, end } = startLasting(collector.url, { OTEL_EXPORTER_OTLP_TIMEOUT: '500' });
  await expect.poll(() => collector.requests.length, { timeout: 20_000 }).toBeGreaterThan(0);
  await expect.poll(spool.files, { timeout: 20_000 }).toEqual([expect.stringMatching(/json$/)]);
  isAway = false;
  await collector.waitForSpans(2);
  await expect.poll(spool.files).toEqual([]);
  child.kill('SIGKILL');
  await end;
  await collector.close();
});

it('leaves a file alone that a living process is sending', async () => {
  await leaveFile();
  const collector = await startHostileCollector('takes requests and never answers');
  const { child, end } = startLasting(collector.url);
  await collector.requested;
  const claimed = spool.files();
  await runNext(NODE, spool.path, receiver.url);
  expect([receiver.spans.length, spool.files()]).toEqual([0, claimed]);
  child.kill('SIGKILL');
  await end;
  await collector.close();
  // Its process is gone.
  await runNext(NODE, spool.path, receiver.url);
  expect([receiver.spans.length, spool.files()]).toEqual([2, []]);
});

it('gives a file back when the process ends while it sends', async () => {
  await leaveFile();
  const [name] = spool.files();
  const collector = await startHostileCollector('takes requests and never answers');
  const { child, end } = startLasting(collector.url, { CLOSESPAN_EXIT_TIMEOUT: '200' });
  await collector.requested;
  expect(spool.files()).not.toEqual([name]);
  child.kill('SIGTERM');
  expect(await end).toMatchObject({ signal: 'SIGTERM' });
  await collector.close();
  expect(spool.files()).toEqual([name]);
});

it('holds the end of a process for no longer than exitTimeout', async () => {
  await leaveFile();
  const collector = await startHostileCollector('takes requests and never answers');
  const { exitCode, stderr } = await runNext(NODE, spool.path, collector.url, {
    CLOSESPAN_EXIT_TIMEOUT: '200',
  });
  await collector.close();
  expect(exitCode).toBe(0);
  expect(stderr).toContain('exports not done within 200 ms');
  expect(spool.files()).toHaveLength(1);
});

it('divides a request that is too large for the collector', async () => {
  await startWithSpool(NODE, spool.path, NOBODY, ['exit', '8', '0']).end;
  const collector = await startOtlpReceiver({ status: (_path, bytes) => (bytes.length > 4000 ? 413 : 200) });
  const { stderr } = await runNext(NODE, spool.path, collector.url);
  await collector.close();
  expect(stderr).toBe('');
  expect(collector.spans).toHaveLength(16);
  expect(new Set(collector.spans.map(({ spanId }) => spanId)).size).toBe(16);
  expect(spool.files()).toEqual([]);
});

it('drops what a collector refuses for good, and says how much', async () => {
  await leaveFile();
  const collector = await startOtlpReceiver({ status: () => 401 });
  const { stderr } = await runNext(NODE, spool.path, collector.url);
  await collector.close();
  expect(stderr).toBe('closespan: spool: 2 closes refused: status 401\n');
  expect(spool.files()).toEqual([]);
});

it('drops a file after seven days', async () => {
  await leaveFile();
  const young = spool.files();
  await leaveFile();
  const [old = ''] = spool.files().filter((name) => !young.includes(name));
  const days = Date.now() / 1000 - 86_400 * 7.5;
  utimesSync(join(spool.path, old), days, days);
  const { stderr } = await runNext(NODE, spool.path, receiver.url);
  expect(stderr).toBe('closespan: spool: 2 closes dropped, too old or too many\n');
  expect([receiver.spans.length, spool.files()]).toEqual([2, []]);
});

it('keeps 32 MiB, and drops the oldest files first', async () => {
  await leaveFile();
  const [first = ''] = spool.files();
  // A process on another machine sends these files, so nobody else reads them.
  const claim = `${Date.now() + 300_000}.ffffffff.1`;
  const names = Array.from({ length: 16 }, (_, i) => `closespan-1-${`${i}`.padStart(16, '0')}.json.${claim}`);
  for (const [i, name] of names.entries()) {
    const time = Date.now() / 1000 - 60 + i;
    writeFileSync(join(spool.path, name), '');
    truncateSync(join(spool.path, name), 2_097_152);
    utimesSync(join(spool.path, name), time, time);
  }
  const { stderr } = await leaveFile();
  expect(stderr).toContain('closespan: spool: 1 closes dropped, too old or too many\n');
  const files = spool.files();
  expect(files).toHaveLength(17);
  expect(files).toEqual(expect.arrayContaining([...names.slice(1), first]));
  const sizes = files.map((name) => statSync(join(spool.path, name)).size);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(33_554_432);
});

it('writes the newest closes of a process that has too many', { timeout: 120_000 }, async () => {
  const { stderr } = await startWithSpool(NODE, spool.path, NOBODY, ['many']).end;
  expect(stderr).toMatch(/^closespan: \d+ closes dropped, too many wait\n$/);
  const texts = spool.files().map((name) => readFileSync(join(spool.path, name), 'utf8'));
  const spans = texts.flatMap((text) => JSON.parse(text).resourceSpans[0].scopeSpans[0].spans);
  expect(spans.length).toBeLessThanOrEqual(16_384);
  expect(spans.length).toBeGreaterThan(15_000);
  expect(Math.max(...texts.map(({ length }) => length))).toBeLessThanOrEqual(1_000_000);
});

it('sends nothing when spans are switched off', async () => {
  await leaveFile();
  for (const env of [
    { OTEL_SDK_DISABLED: 'true' },
    { OTEL_TRACES_EXPORTER: 'none' },
    { CLOSESPAN_OTLP: 'false' },
  ]) {
    await runNext(NODE, spool.path, receiver.url, env);
  }
  expect([receiver.requests.length, spool.files().length]).toEqual([0, 1]);
});

it('stores what each worker thread leaves when the thread ends', async () => {
  const program = new URL('fixtures/exit-in-worker-thread.mjs', import.meta.url).pathname;
  const { child, end } = startNode(NODE, [program], {
    CLOSESPAN_SPOOL: spool.path,
    OTEL_EXPORTER_OTLP_ENDPOINT: NOBODY,
  });
  await Promise.all([once(child, 'exit'), end]);
  await runNext(NODE, spool.path, receiver.url);
  expect(receiver.spans.map(({ attributes }) => attributes['websocket.close.code'])).toEqual([4001]);
});
