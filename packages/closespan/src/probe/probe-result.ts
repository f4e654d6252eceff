import type { Conclusion } from './conclude.ts';
import type { PingPlan } from './plan-phases.ts';
import type { ProbedConnection } from './probe-connection.ts';
import type { ProbeOptions } from './probe-options.ts';

/** Result of one probe: its connections, and the conclusion. */
export interface ProbeResult {
  readonly options: ProbeOptions;
  /** Connection that sent nothing. */
  readonly silent: ProbedConnection;
  /** Plan of the connection with pings. `undefined` if there was none. */
  readonly plan: PingPlan | undefined;
  /** Connection with pings. `undefined` if there was none. */
  readonly pinged: ProbedConnection | undefined;
  readonly conclusion: Conclusion;
}
