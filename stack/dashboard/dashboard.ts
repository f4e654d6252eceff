import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { CAUSE_ROWS } from './cause-rows.ts';
import { HEARTBEAT_ROW } from './heartbeat-row.ts';
import { OPEN_ROW } from './open-row.ts';
import { OUTCOME_ROWS } from './outcome-rows.ts';
import { PROMETHEUS } from './panels.ts';
import { RECONNECT_ROW } from './reconnect-row.ts';
import { ROLLOUT_ROW } from './rollout-row.ts';
import { SILENCE_ROW } from './silence-row.ts';
import { TELEMETRY_ROW } from './telemetry-row.ts';

/** The dashboard for Grafana, as JSON. */
export function dashboard(): string {
  const builder = new DashboardBuilder('WebSocket closes')
    .uid('closespan')
    .tags(['websocket', 'opentelemetry'])
    .description('Why WebSockets end: codes, causes, lifetimes, storms')
    .refresh('30s')
    .time({ from: 'now-3h', to: 'now' })
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .editable()
    .withVariable(new DatasourceVariableBuilder('prometheus').label('Prometheus').type('prometheus'))
    .withVariable(labelVariable('service', 'Service', 'service_name', ''))
    .withVariable(
      labelVariable(
        'environment',
        'Environment',
        'deployment_environment_name',
        '{service_name=~"$service"}',
        // Most have no such label, which `.+` would not match.
        '.*',
      ),
    )
    .withVariable(labelVariable('side', 'Side', 'side', '{service_name=~"$service"}'))
    .withVariable(new TextBoxVariableBuilder('jaeger').label('Jaeger').defaultValue('http://localhost:16686'))
    .annotation(
      new AnnotationQueryBuilder()
        .name('Alerts')
        .datasource(PROMETHEUS)
        .enable(true)
        .iconColor('red')
        .expr('ALERTS{component="websocket", alertstate="firing", service_name=~"$service"}'),
    );
  for (const [title, panels] of Object.entries({
    ...OUTCOME_ROWS,
    ...OPEN_ROW,
    ...RECONNECT_ROW,
    ...SILENCE_ROW,
    ...HEARTBEAT_ROW,
    ...CAUSE_ROWS,
    ...ROLLOUT_ROW,
    ...TELEMETRY_ROW,
  })) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(panel);
  }
  return `${JSON.stringify(builder.build(), null, 2)}\n`;
}

function labelVariable(name: string, title: string, label: string, matchers: string, all = '.+') {
  return new QueryVariableBuilder(name)
    .label(title)
    .datasource(PROMETHEUS)
    .query(`label_values(service:websocket_attempts:sum${matchers}, ${label})`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .includeAll(true)
    .allValue(all)
    .multi(true);
}
