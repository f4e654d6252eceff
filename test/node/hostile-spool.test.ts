import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeBinary } from '../helpers/run-node.ts';
import { NOBODY, runNext, type SpoolFolder, spoolFolder, startWithSpool } from '../helpers/spool.ts';

const NODE = nodeBinary(24) ?? process.execPath;
const NAME = 'closespan-7-00000000000000aa.json';
const STRANGER = 65_534;
/** Launcher that limits the size of files to 512 or 1024 bytes, since a test has no disk to fill. */
const FULL_DISK = ['/bin/sh', '-c', 'ulimit -f 1; exec "$0" "$@"'];
const isRoot = process.geteuid?.() === 0;
/** Launcher of a process that modes bind, as they bind every user but root. */
const BOUND_BY_MODES = isRoot ? ['setpriv', '--bounding-set=-dac_override'] : [];

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

const leaveFile = () => startWithSpool(NODE, spool.path, NOBODY, ['exit', '1', '0']).end;
const request = (spans: unknown) => JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });

describe('a file with the name of a stored export', () => {
  it.each([
    ['is empty', ''],
    ['is cut off', request([{}]).slice(0, -3)],
    ['is no JSON', '\0\0\0'],
    ['is null', 'null'],
    ['has no list of spans', request({})],
    ['has spans that are none', request(['span', 3])],
    ['has no spans', request([])],
    ['is nested deeply', '['.repeat(1_000_000)],
  ])('is removed when it %s, and the others are sent', async (_what, text) => {
    await leaveFile();
    writeFileSync(join(spool.path, NAME), text);
    const { exitCode, stderr } = await runNext(NODE, spool.path, receiver.url);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: 'closespan: spool: 1 files are no exports and were not sent\n',
    });
    expect([receiver.spans.length, spool.files()]).toEqual([2, []]);
  });

  it('is removed when the collector refuses its spans, which are nested too deeply to be divided', async () => {
    await leaveFile();
    const deep = `{"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    writeFileSync(join(spool.path, NAME), `{"resourceSpans":[{"scopeSpans":[{"spans":[${deep},{}]}]}]}`);
    // The first of all.
    utimesSync(join(spool.path, NAME), new Date(), new Date(Date.now() - 3_600_000));
    const collector = await startOtlpReceiver({
      status: (_path, bytes) => (bytes.includes('deep') ? 400 : 200),
    });
    const { exitCode, stderr } = await runNext(NODE, spool.path, collector.url);
    await collector.close();
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringMatching(/^closespan: spool: \d closes refused: status 400\n$/),
    });
    expect([collector.spans.length, spool.files()]).toEqual([2, []]);
  });

  it('is not read when it is huge', async () => {
    await leaveFile();
    writeFileSync(join(spool.path, NAME), '');
    truncateSync(join(spool.path, NAME), 30_000_000);
    const { stderr } = await runNext(NODE, spool.path, receiver.url);
    expect(stderr).toBe('closespan: spool: 1 files are no exports and were not sent\n');
    expect([receiver.spans.length, spool.files()]).toEqual([2, []]);
  });

  const KINDS: Record<string, (file: string, other: string) => void> = {
    'a symbolic link': (file, other) => symlinkSync(other, file),
    'a directory': (file) => mkdirSync(file),
    'a pipe': (file) => void execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', file]),
  };
  const OF_ROOT: typeof KINDS = {
    'of another user': (file, other) => {
      copyFileSync(other, file);
      chownSync(file, STRANGER, STRANGER);
    },
  };
  it.each(Object.entries(isRoot ? { ...KINDS, ...OF_ROOT } : KINDS))(
    'is left alone when it is %s',
    async (_what, make) => {
      await leaveFile();
      const other = join(dirname(spool.path), 'other');
      copyFileSync(spool.onlyFile(), other);
      const text = readFileSync(other, 'utf8');
      make(join(spool.path, NAME), other);
      const { exitCode, stderr } = await runNext(NODE, spool.path, receiver.url);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 0,
        stderr: 'closespan: spool: 1 files are no exports and were not sent\n',
      });
      expect([receiver.spans.length, spool.files()]).toEqual([2, [NAME]]);
      expect(readFileSync(other, 'utf8')).toBe(text);
    },
  );

  it.each([
    ['0', `${Date.now() + 60_000}.00000000.0`],
    ['-1', `${Date.now() + 60_000}.00000000.-1`],
    ['of the far future', `9999999999999.00000000.1`],
  ])('is sent or left alone with a made-up claim: %s', async (_what, claim) => {
    await leaveFile();
    copyFileSync(spool.onlyFile(), join(spool.path, `${NAME}.${claim}`));
    const { exitCode, stderr } = await runNext(NODE, spool.path, receiver.url);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(receiver.spans.length).toBeGreaterThanOrEqual(2);
  });
});

it('removes what a process began to write long ago, and nothing that is being written', async () => {
  await leaveFile();
  const [old, young] = [`${NAME}.tmp`, `${NAME.replace('aa', 'bb')}.tmp`];
  for (const name of [old, young]) writeFileSync(join(spool.path, name), '');
  const time = Date.now() / 1000 - 7200;
  utimesSync(join(spool.path, old), time, time);
  const { stderr } = await runNext(NODE, spool.path, receiver.url);
  expect([stderr, receiver.spans.length, spool.files()]).toEqual(['', 2, [young]]);
});

it('leaves files of other names alone, and sends all of its own, however many the others are', async () => {
  await leaveFile();
  const file = spool.onlyFile();
  const others = Array.from({ length: 30_000 }, (_, i) => `other-${i}`);
  for (const name of others) writeFileSync(join(spool.path, name), '');
  // A directory lists its names in any order.
  for (let i = 0; i < 8; i++) copyFileSync(file, join(spool.path, NAME.replace('aa', `b${i}`)));
  const { stderr } = await runNext(NODE, spool.path, receiver.url);
  expect([stderr, receiver.spans.length]).toEqual(['', 18]);
  expect(spool.files()).toEqual(others.sort());
}, 60_000);

describe('a directory', () => {
  const SPOILT = [
    {
      what: 'that others can write to',
      spoil: () => chmodSync(spool.path, 0o777),
      reason: 'others may write',
    },
    {
      what: 'that the group can write to',
      spoil: () => chmodSync(spool.path, 0o770),
      reason: 'others may write',
    },
  ];
  const OF_ROOT = [
    {
      what: 'of another user',
      spoil: () => chownSync(spool.path, STRANGER, STRANGER),
      reason: 'owned by another user',
    },
  ];
  it.each(isRoot ? [...SPOILT, ...OF_ROOT] : SPOILT)('$what is neither read nor written', async (row) => {
    await leaveFile();
    const files = spool.files();
    row.spoil();
    const next = await runNext(NODE, spool.path, receiver.url);
    expect(next.exitCode).toBe(0);
    expect(next.stderr).toContain(`not used: ${row.reason}`);
    const last = await leaveFile();
    expect(last.exitCode).toBe(9);
    expect(last.stderr).toContain(`2 closes lost: ${row.reason}`);
    expect([receiver.spans.length, spool.files()]).toEqual([0, files]);
  });

  it('that is a symbolic link is not followed', async () => {
    const target = join(dirname(spool.path), 'target');
    mkdirSync(target, { mode: 0o700 });
    symlinkSync(target, spool.path);
    const { exitCode, stderr } = await leaveFile();
    expect(exitCode).toBe(9);
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('2 closes lost: no directory')]);
    expect(spool.files()).toEqual([]);
  });

  it.each([
    { path: '/proc/self/nowhere/spool', reason: 'ENOENT' },
    { path: '/dev/null', reason: 'no directory' },
    { path: '/dev/null/spool', reason: 'ENOTDIR' },
    { path: `/${'x'.repeat(5000)}`, reason: 'ENAMETOOLONG' },
  ])('that cannot be made costs two short lines: $reason', async ({ path, reason }) => {
    const { exitCode, stderr } = await startWithSpool(NODE, path, NOBODY, ['exit', '1', '0']).end;
    const lines = stderr.split('\n').filter(Boolean);
    expect(exitCode).toBe(9);
    expect(lines.at(-1)).toBe(`closespan: spool ${path.slice(0, 256)}: 2 closes lost: ${reason}`);
    expect(lines.length).toBeLessThanOrEqual(2);
  });

  it('that cannot be written to keeps its files, and costs one line', async () => {
    await leaveFile();
    await leaveFile();
    const files = spool.files();
    chmodSync(spool.path, 0o500);
    const { exitCode, stderr } = await runNext(NODE, spool.path, receiver.url, {}, BOUND_BY_MODES);
    expect([exitCode, stderr]).toEqual([0, 'closespan: spool: files stay and are not sent: EACCES\n']);
    expect([receiver.spans.length, spool.files()]).toEqual([0, files]);
    chmodSync(spool.path, 0o700);
    await runNext(NODE, spool.path, receiver.url);
    expect([receiver.spans.length, spool.files()]).toEqual([4, []]);
  });

  it('on a full disk keeps a file that should be divided, for the next process', async () => {
    await startWithSpool(NODE, spool.path, NOBODY, ['exit', '8', '0']).end;
    const [name] = spool.files();
    const collector = await startOtlpReceiver({
      status: (_path, bytes) => (bytes.length > 4000 ? 413 : 200),
    });
    const { stderr } = await runNext(NODE, spool.path, collector.url, {}, FULL_DISK);
    expect(stderr).toBe('closespan: spool not sent yet: no room to divide a file\n');
    expect(spool.files()).toEqual([name]);
    await runNext(NODE, spool.path, collector.url);
    await collector.close();
    expect([collector.spans.length, spool.files()]).toEqual([16, []]);
  });

  it('on a full disk costs one line, and no half file is left', async () => {
    const { exitCode, stderr } = await startWithSpool(
      NODE,
      spool.path,
      NOBODY,
      ['exit', '9', '0'],
      {},
      FULL_DISK,
    ).end;
    expect({ exitCode, stderr }).toEqual({
      exitCode: 9,
      stderr: expect.stringMatching(/^closespan: spool \S+: 18 closes lost: (EFBIG|ENOSPC)\n$/),
    });
    expect(spool.files()).toEqual([]);
  });
});

it('a hard link with the name of a stored export does not harm the file that it is linked to', async () => {
  await leaveFile();
  const outside = join(dirname(spool.path), 'outside');
  writeFileSync(outside, 'secret of the app');
  linkSync(outside, join(spool.path, NAME));
  await runNext(NODE, spool.path, receiver.url);
  expect(readFileSync(outside, 'utf8')).toBe('secret of the app');
  expect(receiver.spans).toHaveLength(2);
});
