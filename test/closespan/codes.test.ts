import { expect, it } from 'vitest';
import { runClosespan } from './start-closespan.ts';

const rows = async (...args: string[]) => {
  const { exitCode, stdout } = await runClosespan(['codes', ...args]);
  expect(exitCode).toBe(0);
  return stdout.trimEnd().split('\n').slice(1);
};

it('prints all codes of the registry, and the ranges of the others', async () => {
  const lines = await rows();
  expect(lines).toHaveLength(16 + 3 + 6);
  expect(lines.find((line) => line.startsWith('1006'))?.split(/ {2,}/)).toEqual([
    '1006',
    'Abnormal Closure',
    'lost',
    'nobody',
    'No Close frame arrived',
  ]);
  expect(lines.at(-2)?.split(/ {2,}/)).toEqual(['4000-4999', 'Private use', 'application', 'any end']);
});

it.concurrent.each([
  { args: ['1006'], codes: ['1006'] },
  {
    args: ['300'],
    codes: ['3000', '3003', '3008', '3000-3999', '3000', '3001', '3004', '3005', '3006', '3008', '3009'],
  },
  { args: ['4777'], codes: ['4777'] },
  { args: ['77'], codes: ['77'] },
  { args: ['65535'], codes: ['65535'] },
  { args: ['going'], codes: ['1001'] },
  { args: ['Service', 'Restart'], codes: ['1012'] },
  { args: ['--preset', 'graphql-ws', '441'], codes: [] },
  { args: ['--preset', 'graphqlWs', '--preset', 'hocuspocus', '4401'], codes: ['4401', '4401'] },
])('finds $codes by $args', async ({ args, codes }) => {
  if (codes.length > 0) {
    expect((await rows(...args)).map((line) => line.split(' ')[0])).toEqual(codes);
    return;
  }
  const { exitCode, stderr } = await runClosespan(['codes', ...args]);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('No code and no name fits `441`')]);
});

it('finds a code in all presets, beside the range that has it', async () => {
  expect((await rows('4401')).map((line) => line.split(/ {2,}/))).toEqual([
    ['4401', 'Private use', 'application', 'any end'],
    ['4401', 'Unauthorized', 'abnormal', 'any end', 'in graphql-ws'],
    ['4401', 'Unauthorized', 'abnormal', 'any end', 'in hocuspocus'],
  ]);
});

it('prints a line of JSON for each code', async () => {
  const { stdout } = await runClosespan(['codes', '--json', '1001']);
  expect(JSON.parse(stdout)).toEqual({
    code: '1001',
    name: 'Going Away',
    category: 'normal',
    meaning: 'A server stops or a page is left',
    sender: 'any end but scripts of pages',
  });
});

it('names the presets that there are', async () => {
  const { exitCode, stderr } = await runClosespan(['codes', '--preset', 'constructor']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('Expected `--preset` to be one of action-cable, centrifugo, discord, graphql-ws,');
});
