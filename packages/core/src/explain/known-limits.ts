import { isAlike } from '../record/close-limits.ts';

/** Time limit that a proxy or a platform has by default, or at the most. */
export interface KnownLimit {
  /** Length of the limit in seconds. */
  readonly seconds: number;
  /** `idle`: a limit of the time without a byte. `age`: a limit of the connection's whole life. */
  readonly kind: 'idle' | 'age';
  /** Names of the proxies and platforms that have this limit. */
  readonly of: readonly string[];
}

/**
 * Known time limits of proxies and platforms, the shortest first. Those of the kind `idle` are the limits that make the
 * cause `idle_timeout`; `known-idle-limits.ts` has their sources.
 */
export const KNOWN_LIMITS: readonly KnownLimit[] = [
  idle(25, 'HAProxy in published configurations'),
  idle(30, 'Google Cloud load balancers'),
  // Of the connection's whole life: https://docs.cloud.google.com/load-balancing/docs/https/request-distribution
  age(30, 'Google Cloud load balancers'),
  idle(50, 'HAProxy as Debian and Ubuntu configure it'),
  idle(55, 'Heroku'),
  idle(60, 'nginx', 'ingress-nginx', 'AWS Application and Classic Load Balancer'),
  idle(100, 'Cloudflare'),
  idle(240, 'Azure Load Balancer'),
  idle(300, 'Envoy (a stream)', 'Oracle Cloud load balancer'),
  // Default and largest value: https://docs.cloud.google.com/run/docs/triggering/websockets
  age(300, 'Google Cloud Run'),
  idle(350, 'AWS Network Load Balancer'),
  idle(600, 'Amazon API Gateway'),
  idle(3600, 'Envoy (a TCP connection)'),
  age(3600, 'Google Cloud Run at the most'),
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
  age(7200, 'Amazon API Gateway'),
];

/**
 * Returns the known time limit that fits a duration, by the rule of the attribute `websocket.close.limit`: within 2 %,
 * at least 0.2 s and at most 1.5 s.
 * @param seconds time without a byte before the end, or the connection's whole life
 * @returns `undefined` if no known limit fits
 */
export function findKnownLimit(seconds: number, kind: KnownLimit['kind']): KnownLimit | undefined {
  return KNOWN_LIMITS.find((limit) => limit.kind === kind && isAlike(seconds, limit.seconds));
}

function idle(seconds: number, ...of: readonly string[]): KnownLimit {
  return { seconds, kind: 'idle', of };
}

function age(seconds: number, ...of: readonly string[]): KnownLimit {
  return { seconds, kind: 'age', of };
}
