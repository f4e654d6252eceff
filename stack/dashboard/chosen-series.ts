import { SERVICE, SIDES, type Side, SOURCES, type Source } from '../rules/sources.ts';

/** Labels that the variables of the dashboard choose, of recorded series. */
export const CHOSEN = 'service_name=~"$service", deployment_environment_name=~"$environment", side=~"$side"';
/** The same of raw series, which have no side. */
export const CHOSEN_SERVICE = 'service_name=~"$service", deployment_environment_name=~"$environment"';

export const CLOSES = `service:websocket_closes:rate5m{${CHOSEN}}`;
export const ABNORMAL_CLOSES = `service:websocket_closes_abnormal:rate5m{${CHOSEN}}`;
/** Name of a line for each service and side. */
export const WHO = '{{service_name}} {{side}}';
/** The window of a rate as wide as a pixel needs. */
export const RATE = '[$__rate_interval]';

/** A part of a whole; where nothing was abnormal there may be no series, and that is zero. */
export function share(part: string, whole: string): string {
  return `(sum(${part}) or 0 * sum(${whole})) / sum(${whole})`;
}

/** A line for each service and side. */
export function byWho(series: string): string {
  return `sum by (${SERVICE}, side) (${series})`;
}

/** Series of both sides. The label `side` keeps `or` from taking both ends in one process for one. */
export function everySide(make: (side: Side) => string): string {
  return SIDES.map((side) => `label_replace(${make(side)}, "side", "${side}", "", "")`).join('\nor ');
}

/** Raw series of both sides and both sources, each service from one source. */
export function everywhere(make: (source: Source, side: Side) => string): string {
  return SOURCES.map((source) => everySide((side) => make(source, side) + source.exclude(side))).join(
    '\nor ',
  );
}
