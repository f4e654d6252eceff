import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { intHex } from '../../packages/core/src/record/int-hex.ts';
import { connectionIdOf } from '../../packages/node/src/connection/connection-id.ts';

const digitsOf = (bytes: Buffer) => bytes.toString('hex', 0, 8);

describe('the id of a connection', () => {
  it('is made of the first 8 bytes of any key', () => {
    const edges = [0, 1, 0x7f, 0x80, 0xff].map((byte) => Buffer.alloc(16, byte));
    for (const bytes of [...edges, ...Array.from({ length: 2000 }, () => randomBytes(16))]) {
      expect(connectionIdOf(bytes.toString('base64'))).toBe(digitsOf(bytes));
    }
  });

  it.each([
    ['characters of URLs', '-_-_-_-_-_-_-_-_-_-_-A=='],
    ['no padding, and two bytes more', 'AAAAAAAAAAAAAAAAAAAAAAAA'],
  ])('is made of a key with %s, as Node decodes it', (_what, key) => {
    expect(connectionIdOf(key)).toBe(digitsOf(Buffer.from(key, 'base64')));
  });

  it.each([
    ['too short a text', 'AAAA'],
    ['a text of too few bytes', '!!!!!!!!!!!!!!!!!!!!!!=='],
    ['a text that is not Base64', 'ä'.repeat(24)],
    ['an array', ['AAAAAAAAAAAAAAAAAAAAAA==']],
    ['nothing', undefined],
  ])('is not made of %s', (_what, key) => {
    expect(connectionIdOf(key)).toBeUndefined();
  });
});

it('hexadecimal digits of an integer are eight, whatever its sign', () => {
  expect([0, 1, 255, 0x7fffffff, -1, -0x80000000, 0xdeadbeef].map(intHex)).toEqual([
    '00000000',
    '00000001',
    '000000ff',
    '7fffffff',
    'ffffffff',
    '80000000',
    'deadbeef',
  ]);
});
