import type { Attributes } from '@opentelemetry/api';
import type { PageFacts } from '../record/close-facts.ts';
import {
  ATTR_NETWORK_CONNECTION_TYPE,
  ATTR_WEBSOCKET_PAGE_PATH,
  ATTR_WEBSOCKET_PAGE_VISIBILITY,
} from '../semconv.ts';

/** OpenTelemetry's names for the kinds of network that browsers name. All others are `unknown`. */
const NETWORKS: Readonly<Record<string, string>> = {
  cellular: 'cell',
  ethernet: 'wired',
  none: 'unavailable',
  wifi: 'wifi',
};

/** Returns the attributes of a close span that describe a page. A fact that is not known has no attribute. */
export function pageAttributes({ visibility, network }: PageFacts, path: string): Attributes {
  const attributes: Attributes = {};
  if (path) attributes[ATTR_WEBSOCKET_PAGE_PATH] = path;
  if (visibility) attributes[ATTR_WEBSOCKET_PAGE_VISIBILITY] = visibility;
  if (network) attributes[ATTR_NETWORK_CONNECTION_TYPE] = NETWORKS[network] ?? 'unknown';
  return attributes;
}
