import { readFile } from 'node:fs/promises';
import { findKnownLimit, KNOWN_LIMITS } from '@closespan/core/explain';
import { describe, expect, it } from 'vitest';
import { KNOWN_IDLE_LIMITS } from '../../packages/core/src/record/known-idle-limits.ts';

const seconds = (kind: string) =>
  KNOWN_LIMITS.filter((limit) => limit.kind === kind).map((limit) => limit.seconds);

describe('known time limits', () => {
  it('have a name for each idle limit that makes the cause idle_timeout', () => {
    expect(seconds('idle')).toEqual(KNOWN_IDLE_LIMITS);
    expect(KNOWN_LIMITS.every(({ of }) => of.length > 0)).toBe(true);
  });

  it.each(['idle', 'age'])('of the kind %s stand in docs/telemetry.md', async (kind) => {
    const page = await readFile(new URL('../../docs/telemetry.md', import.meta.url), 'utf8');
    const head = kind === 'idle' ? '| known limit ' : '| known age limit ';
    const [, table = ''] = page.split(head);
    const [rows = ''] = table.split('\n\n');
    expect([...rows.matchAll(/^\| (\d+) s /gm)].map(([, limit]) => Number(limit))).toEqual(seconds(kind));
  });

  it('fit a duration within the tolerance of websocket.close.limit', () => {
    expect(findKnownLimit(61.1, 'idle')?.of).toContain('nginx');
    expect(findKnownLimit(61.3, 'idle')).toBeUndefined();
    expect(findKnownLimit(60, 'age')).toBeUndefined();
    expect(findKnownLimit(7201, 'age')?.of).toEqual(['Amazon API Gateway']);
    expect(findKnownLimit(Number.NaN, 'idle')).toBeUndefined();
  });
});
