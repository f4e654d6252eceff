import { type CloseCategory, describeCloseCode, SPAN_WEBSOCKET_CLOSE } from '@closespan/core';
import {
  BigValueColorMode,
  LegendDisplayMode,
  LegendPlacement,
  StackingConfigBuilder,
  StackingMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardLinkBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as HeatmapBuilder } from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as LineBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { CODE } from '../rules/sources.ts';

/** What every panel has. */
export interface PanelText {
  readonly title: string;
  /** What a look at it tells, for somebody who has just been woken up. */
  readonly description: string;
  readonly unit: string;
}

/** A query and the name of its lines. */
export type Query = readonly [expr: string, legend: string, exemplars?: boolean];

export const PROMETHEUS = { type: 'prometheus', uid: '$prometheus' };

const CATEGORY_COLORS: Readonly<Record<CloseCategory, string>> = {
  normal: 'green',
  transient: 'yellow',
  protocol: 'purple',
  policy: 'orange',
  internal: 'red',
  lost: 'dark-red',
  library: 'blue',
  application: 'blue',
  reserved: 'text',
};

/** One number, green until it reaches what is odd, and red from what is bad. */
export function stat(text: PanelText, [odd, bad]: readonly [number, number] | [], expr: string): StatBuilder {
  const steps = [
    { value: null, color: 'green' },
    ...(odd === undefined ? [] : [{ value: odd, color: 'orange' }]),
    ...(bad === undefined ? [] : [{ value: bad, color: 'red' }]),
  ];
  return new StatBuilder()
    .title(text.title)
    .description(text.description)
    .unit(text.unit)
    .datasource(PROMETHEUS)
    .colorMode(BigValueColorMode.Background)
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps))
    .withTarget(query([expr, ''], 0).instant())
    .height(4)
    .span(4);
}

/** Lines over time, with a table of their last and highest values, and a way to the closes behind them. */
export function lines(text: PanelText, width: number, queries: readonly Query[]): LineBuilder {
  return new LineBuilder()
    .title(text.title)
    .description(text.description)
    .unit(text.unit)
    .datasource(PROMETHEUS)
    .min(0)
    .lineWidth(2)
    .fillOpacity(8)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull', 'max']),
    )
    .dataLinks([abnormalCloses()])
    .targets(queries.map((each, index) => query(each, index).range()))
    .height(9)
    .span(width);
}

/** Bands on top of each other, which make the whole. */
export function bands(text: PanelText, width: number, expr: string, legend: string): LineBuilder {
  return lines(text, width, [[expr, legend]])
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
    .fillOpacity(60)
    .lineWidth(1);
}

/** A band for each close code on top of each other, with the code's name and the colour of its category. */
export function codeBands(text: PanelText, width: number, expr: string): LineBuilder {
  const panel = bands(text, width, expr, `{{${CODE}}}`);
  for (const code of [...Array(16).keys()].map((index) => 1000 + index).concat(3000, 3003, 3008)) {
    const { name, category } = describeCloseCode(code);
    panel.overrideByName(`${code}`, [
      { id: 'displayName', value: `${code} ${name}` },
      { id: 'color', value: { mode: 'shades', fixedColor: CATEGORY_COLORS[category] } },
    ]);
  }
  return panel;
}

/** How values spread, over time; the query gives buckets. */
export function heatmap(text: PanelText, width: number, expr: string): HeatmapBuilder {
  return new HeatmapBuilder()
    .title(text.title)
    .description(text.description)
    .unit(text.unit)
    .datasource(PROMETHEUS)
    .calculate(false)
    .withTarget(query([expr, '{{le}}'], 0).format(PromQueryFormat.Heatmap).range())
    .height(9)
    .span(width);
}

/** Rows of now, worst first. @param columns labels, with the heads of their columns; `Value` is the value's */
export function table(
  text: PanelText,
  width: number,
  expr: string,
  columns: Readonly<Record<string, string>>,
): TableBuilder {
  return new TableBuilder()
    .title(text.title)
    .description(text.description)
    .unit(text.unit)
    .datasource(PROMETHEUS)
    .withTarget(query([expr, ''], 0).format(PromQueryFormat.Table).instant())
    .withTransformation({ id: 'filterFieldsByName', options: { include: { names: Object.keys(columns) } } })
    .withTransformation({ id: 'organize', options: { renameByName: columns } })
    .height(9)
    .span(width);
}

function query([expr, legend, exemplars = false]: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .datasource(PROMETHEUS)
    .expr(expr)
    .legendFormat(legend)
    .exemplar(exemplars)
    .refId('ABCDEFGH'.charAt(index));
}

/** From a point of a line to the closes of its service in Jaeger's own page. */
function abnormalCloses(): DashboardLinkBuilder {
  const search = new URLSearchParams({ operation: SPAN_WEBSOCKET_CLOSE, tags: '{"error":"true"}' });
  return new DashboardLinkBuilder('Abnormal closes in Jaeger')
    .url(
      `$jaeger/search?service=\${__field.labels.service_name}&${search}&start=\${__from}000&end=\${__to}000`,
    )
    .targetBlank(true);
}
