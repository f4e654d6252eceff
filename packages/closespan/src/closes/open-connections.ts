import { createHash } from 'node:crypto';
import {
  METRIC_WEBSOCKET_CLIENT_CONNECTION_ACTIVE,
  METRIC_WEBSOCKET_SERVER_CONNECTION_ACTIVE,
} from '@closespan/core';
import type { AttributeMap } from '../otlp/plain-attributes.ts';
import type { ReceivedPoint } from '../otlp/received-point.ts';
import { serviceOf } from './close-texts.ts';
import { keptText } from './kept-text.ts';

/** Open connections of one service at one end, endpoint and group of age, as the newest metrics count them. */
export interface OpenConnections {
  /** Attribute `service.name` of the resource. Empty if there is none. */
  readonly service: string;
  readonly side: 'client' | 'server';
  /** Attributes of the metric, such as `server.address` and `websocket.connection.age_group`. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly count: number;
}

/** Counts of open connections by the newest metrics of each process. */
export interface OpenCounts {
  /** Takes the points that count open connections, and no others. Returns whether there was one. */
  add(points: Iterable<ReceivedPoint>): boolean;
  /** Returns the counts above 0, of processes that have sent metrics in the last five minutes. */
  list(): OpenConnections[];
}

/** Newest count of one process, end, endpoint and age. */
interface Series {
  readonly process: string;
  readonly service: string;
  readonly side: OpenConnections['side'];
  readonly attributes: AttributeMap;
  readonly time: number;
  readonly isDelta: boolean;
  readonly value: number;
  readonly arrivedAt: number;
}

const SIDES: ReadonlyMap<string, OpenConnections['side']> = new Map([
  [METRIC_WEBSOCKET_CLIENT_CONNECTION_ACTIVE, 'client'],
  [METRIC_WEBSOCKET_SERVER_CONNECTION_ACTIVE, 'server'],
]);

const MOST_SERIES = 2000;
/** Largest number of characters of the names of all series. */
const MOST_CHARACTERS = 1024 * 1024;
/** Largest number of characters of the attributes of a series, as JSON. Points with longer attributes are left out. */
const LONGEST_ATTRIBUTES = 4096;
const LONGEST_SERVICE = 256;
/** Milliseconds after which a process that has sent no metrics has ended. Processes send each minute by default. */
const EXPIRY = 5 * 60_000;

/**
 * Makes counts that hold 2,000 series and a million characters at most. Without room, the series that waits longest for a
 * new value goes.
 */
export function createOpenCounts(): OpenCounts {
  const series = new Map<string, Series>();
  let characters = 0;
  /** Digests of resources, which all points of a resource share. */
  const digests = new WeakMap<AttributeMap, string>();

  /** Returns a short text for a resource, which may be long. */
  function digestOf(resource: AttributeMap): string {
    const digest = createHash('sha256').update(JSON.stringify(resource)).digest('base64');
    digests.set(resource, digest);
    return digest;
  }

  function add(points: Iterable<ReceivedPoint>): boolean {
    let isCounted = false;
    for (const point of points) {
      const side = SIDES.get(point.name);
      if (!side || !Number.isFinite(point.value)) continue;
      isCounted = true;
      const { attributes, time, isDelta, resource } = point;
      const endpoint = JSON.stringify(attributes);
      if (endpoint.length > LONGEST_ATTRIBUTES) continue;
      const process = `${side} ${digests.get(resource) ?? digestOf(resource)}`;
      const name = `${process} ${endpoint}`;
      const before = isDelta ? (series.get(name)?.value ?? 0) : 0;
      drop(name);
      characters += name.length;
      series.set(name, {
        ...{ process, side, attributes, time, isDelta },
        service: keptText(serviceOf(resource), LONGEST_SERVICE),
        value: before + point.value,
        arrivedAt: Date.now(),
      });
      while (series.size > MOST_SERIES || characters > MOST_CHARACTERS)
        drop(series.keys().next().value ?? '');
    }
    return isCounted;
  }

  function list(): OpenConnections[] {
    dropExpired();
    // An age group that has become empty has no point in the next collection: only the newest collection counts.
    const newest = new Map<string, number>();
    for (const { process, time } of series.values())
      newest.set(process, Math.max(time, newest.get(process) ?? 0));
    const sums = new Map<string, OpenConnections>();
    for (const { process, service, side, attributes, time, isDelta, value } of series.values()) {
      if (!isDelta && time !== newest.get(process)) continue;
      const key = JSON.stringify([service, side, attributes]);
      const count = (sums.get(key)?.count ?? 0) + value;
      sums.set(key, { service, side, attributes, count });
    }
    return [...sums.values()].filter(({ count }) => count > 0);
  }

  function dropExpired(): void {
    for (const [name, { arrivedAt }] of series) if (Date.now() - arrivedAt > EXPIRY) drop(name);
  }

  function drop(name: string): void {
    if (series.delete(name)) characters -= name.length;
  }

  return { add, list };
}
