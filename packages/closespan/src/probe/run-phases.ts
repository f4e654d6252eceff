import { conclude } from './conclude.ts';
import type { PingCount } from './heartbeat.ts';
import type { HoldPlan } from './hold-open.ts';
import { observeCloses } from './observe-closes.ts';
import { type PingPlan, planPings, pongTimeout } from './plan-phases.ts';
import { type ProbedConnection, probeConnection } from './probe-connection.ts';
import type { ProbeOptions } from './probe-options.ts';
import type { ProbeResult } from './probe-result.ts';

/** Shows how a probe goes. Times are milliseconds. */
export interface ProbeDisplay {
  /** Called before a connection is opened. `pingInterval` is `undefined` for the silent one. */
  begin(pingInterval: number | undefined, longest: number): void;
  /** Called each second while a connection is open. */
  tick(time: number, pings: PingCount): void;
  /** Called when a connection has ended. */
  end(connection: ProbedConnection): void;
}

/** Opens the connections of a probe, one after the other, and concludes. Never rejects. */
export async function runPhases(
  options: ProbeOptions,
  display: ProbeDisplay,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const observer = await observeCloses();

  async function run(longest: number, pings?: PingPlan): Promise<ProbedConnection> {
    display.begin(pings?.pingInterval, longest);
    const plan: HoldPlan = {
      longest,
      pingInterval: pings?.pingInterval,
      needsPongs: pings?.needsPongs ?? false,
      pongTimeout: pongTimeout(options),
      onSecond: display.tick,
      signal,
    };
    const connection = await probeConnection(options, plan, observer);
    display.end(connection);
    return connection;
  }

  const silent = await run(options.silentFor);
  const plan = planPings(silent, options);
  const pinged = plan && !signal.aborted ? await run(plan.longest, plan) : undefined;
  await observer.stop();
  return { options, silent, plan, pinged, conclusion: conclude(silent, plan, pinged) };
}
