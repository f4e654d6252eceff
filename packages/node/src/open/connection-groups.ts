import { ATTR_SERVER_ADDRESS, ATTR_SERVER_PORT, ATTR_URL_TEMPLATE } from '@closespan/core';
import {
  type Connection,
  createEndpointParser,
  isUnrecorded,
  type LabelLimits,
  type Labelled,
} from '@closespan/core/platform';
import type { Attributes } from '@opentelemetry/api';
import type { OpenFacts } from '../connection/open-walk.ts';
import type { NodeWebSocketOptions } from '../node-options.ts';

/** Connections that are counted together: those of one end with one server and one `url.template`. */
export interface ConnectionGroup {
  /** Text that no other group has. */
  readonly key: string;
  readonly labels: Attributes;
  /** Server and end of the group's connections, for the limits of labels. */
  readonly labelled: Labelled;
  /** Numbers of open connections by their place in the count, as the running walk has found them so far. */
  counting: Uint32Array;
  /** Numbers of open connections as the last walk has found them. */
  counted: Uint32Array;
}

/** Puts open connections into groups, at most 1,000. */
export interface ConnectionGroups {
  /** All groups. The number of a group is its index. */
  readonly groups: readonly (ConnectionGroup | undefined)[];
  /** Returns the number of a connection's group. */
  numberOf(connection: Connection, facts: OpenFacts): number;
}

/** Number that stands for no group yet. */
const UNKNOWN = 0;
/** Number of connections that are not counted. */
export const NOT_COUNTED = 1;

/**
 * Makes groups for open connections. A connection keeps its group, so that its URL is read once.
 * @param places number of values that are counted in each group
 */
export function createConnectionGroups(
  { urlTemplate }: NodeWebSocketOptions,
  limits: LabelLimits,
  places: number,
): ConnectionGroups {
  const groups: (ConnectionGroup | undefined)[] = [];
  groups[UNKNOWN] = undefined;
  groups[NOT_COUNTED] = undefined;
  const numbers = new Map<string, number>();
  const parseEndpoint = createEndpointParser(urlTemplate ? { urlTemplate } : {});

  return {
    groups,
    numberOf(connection, { kind, url, template }) {
      if (isUnrecorded(connection)) return NOT_COUNTED;
      const endpoint = parseEndpoint(url, template);
      const labelled: Labelled = { kind, endpoint, code: 1000, requestedCode: undefined };
      const all: Attributes = {};
      if (endpoint.address && limits.allowsHost(labelled)) {
        all[ATTR_SERVER_ADDRESS] = endpoint.address;
        if (endpoint.port) all[ATTR_SERVER_PORT] = endpoint.port;
      }
      if (endpoint.template) all[ATTR_URL_TEMPLATE] = endpoint.template;
      const keyOf = (labels: Attributes) => `${kind}\n${JSON.stringify(labels)}`;
      const labels = limits.within(numbers, keyOf(all), all, labelled);
      const key = keyOf(labels);
      let number = numbers.get(key);
      if (number === undefined) {
        const counted = new Uint32Array(places);
        number = groups.push({ key, labels, labelled, counting: new Uint32Array(places), counted }) - 1;
        numbers.set(key, number);
      }
      return number;
    },
  };
}
