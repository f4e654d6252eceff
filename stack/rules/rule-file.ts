import { stringify } from 'yaml';
import { ageLimitRules } from './age-limit-rules.ts';
import { alerts, OBJECTIVES, type Objectives } from './alerts.ts';
import { causeRules } from './cause-rules.ts';
import { type Clock, promDuration, REAL_CLOCK } from './durations.ts';
import { openRules } from './open-rules.ts';
import { reconnectRules } from './reconnect-rules.ts';
import { recordingRules } from './recording-rules.ts';

/** What may differ from one place to another. */
export interface RuleOptions {
  /** @defaultValue production's; a test runs the same rules with shorter windows */
  readonly clock?: Clock;
  readonly objectives?: Objectives;
  /** Where the runbook is served; an alert links to its section. */
  readonly runbook?: string;
}

/** The rule file for Prometheus, as YAML. */
export function ruleFile(options: RuleOptions = {}): string {
  return stringify(ruleGroups(options), { lineWidth: 0 });
}

/** The content of the rule file. */
export function ruleGroups(options: RuleOptions = {}): object {
  const { clock = REAL_CLOCK, objectives = OBJECTIVES, runbook = 'docs/runbook.md' } = options;
  const alertRules = alerts(clock, objectives).map(
    ({ name, severity, expr, for: hold, labels, ...annotations }) => ({
      alert: name,
      expr,
      ...(hold && { for: promDuration(clock.seconds(hold)) }),
      labels: { severity, component: 'websocket', ...labels },
      annotations: { ...annotations, runbook_url: `${runbook}#${name.toLowerCase()}` },
    }),
  );
  // One group, since its rules are evaluated one after the other: an alert sees what was recorded just before.
  const group = {
    name: 'closespan',
    interval: promDuration(clock.interval),
    rules: [
      ...recordingRules(clock),
      ...causeRules(clock),
      ...ageLimitRules(clock),
      ...openRules(clock),
      ...reconnectRules(clock),
      ...alertRules,
    ],
  };
  return { groups: [group] };
}
