import { ATTR_SERVER_ADDRESS, ATTR_SERVER_PORT, ATTR_URL_TEMPLATE } from '@closespan/core';
import {
  type Connection,
  createAppHooks,
  createEndpointParser,
  isUnrecorded,
  type LabelLimits,
  type Labelled,
  overSocket,
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

/** Largest number of characters of a URL that are read. A record reads as many of a client's URL. */
const LONGEST_URL = 2048;
/** Matches scheme, user info, host and port of a URL. The path of a Unix socket counts as its host. */
const ORIGIN = /^ws\+unix:[^:?#]*|^[^/?#]*\/\/[^/?#]*/i;

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
  const parseOrigin = createEndpointParser({});
  const parseWhole = urlTemplate && createEndpointParser(createAppHooks({ urlTemplate }));

  /** Returns the number of a group that does not exist under its full key: a new one, or one with fewer labels. */
  function addGroup(fullKey: string, wanted: Attributes, labelled: Labelled): number {
    const labels = limits.within(groups, fullKey, wanted, labelled);
    const key = labels === wanted ? fullKey : `${labelled.kind} ${JSON.stringify(labels)}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const counting = new Uint32Array(places);
    const number = groups.push({ key, labels, labelled, counting, counted: new Uint32Array(places) }) - 1;
    numbers.set(key, number);
    return number;
  }

  return {
    groups,
    numberOf(connection, { kind, url, socketPath, template }) {
      if (isUnrecorded(connection)) return NOT_COUNTED;
      // A library may pass any value as its URL.
      const text = typeof url === 'string' ? url.slice(0, LONGEST_URL) : '';
      // The path is read only for a name. So connections with a path of their own need no text of their own.
      const endpoint = overSocket(parseOrigin(ORIGIN.exec(text)?.[0] ?? ''), { url: text, socketPath });
      const name = template ?? parseWhole?.(text).template ?? '';
      const labelled: Labelled = { kind, endpoint, code: 1000, requestedCode: undefined };
      const hasHost = endpoint.address !== '' && limits.allowsHost(labelled);
      const key = `${kind} ${hasHost ? hostOf(endpoint) : ''} ${name}`;
      return numbers.get(key) ?? addGroup(key, labelsOf(endpoint, hasHost, name), labelled);
    },
  };
}

function hostOf({ address, port }: Labelled['endpoint']): string {
  return `${address} ${port}`;
}

function labelsOf({ address, port }: Labelled['endpoint'], hasHost: boolean, name: string): Attributes {
  return {
    ...(hasHost && { [ATTR_SERVER_ADDRESS]: address }),
    ...(hasHost && port && { [ATTR_SERVER_PORT]: port }),
    ...(name && { [ATTR_URL_TEMPLATE]: name }),
  };
}
