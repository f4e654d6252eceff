import { describe, expect, it } from 'vitest';
import { runLoad } from '../load/run-load.ts';
import { findPrograms } from '../programs/find-programs.ts';

const { collector, jaeger } = findPrograms();

describe.skipIf(!(collector && jaeger))('one agent and one gateway', () => {
  it('take 2000 closes a second and lose none', async () => {
    const { rate, ...result } = await runLoad(2000, 5);
    console.log(
      `${rate.toFixed(0)} closes/s; CPU a close: sender ${result.senderCpuMicros.toFixed(0)} µs, agent ${result.agent.cpuMicros.toFixed(0)} µs, gateway ${result.gateway.cpuMicros.toFixed(0)} µs`,
    );
    expect(result).toMatchObject({ closes: 10_000, lost: 0, abnormalMissing: 0 });
    // 1000 abnormal ones, and 5 % of the other 9000: within six standard deviations.
    expect(result.kept).toBeGreaterThan(1000 + 450 - 124);
    expect(result.kept).toBeLessThan(1000 + 450 + 124);
  });
});
