import { dashboard } from '../../dashboard/dashboard.ts';

/** A query of the dashboard, with its variables replaced. */
export interface DashboardQuery {
  readonly panel: string;
  readonly expr: string;
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

/** Every query of the dashboard, as Grafana sends it when everything is chosen. */
export function dashboardQueries(rateInterval: string): DashboardQuery[] {
  const { panels } = JSON.parse(dashboard()) as { panels: Panel[] };
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      panel: title,
      expr: expr
        .replaceAll('$__rate_interval', rateInterval)
        .replaceAll('"$environment"', '".*"')
        .replace(/"\$\w+"/g, '".+"'),
    })),
  );
}
