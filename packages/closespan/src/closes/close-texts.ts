import {
  ATTR_WEBSOCKET_CLOSE_CODE,
  ATTR_WEBSOCKET_CLOSE_REASON,
  ATTR_WEBSOCKET_CLOSE_REQUESTED_CODE,
  ATTR_WEBSOCKET_CLOSE_REQUESTED_REASON,
} from '@closespan/core';
import type { AttributeMap } from '../otlp/plain-attributes.ts';

/** Value of `service.name` for an app that has no name. */
const NAMELESS = /^unknown_service/;

/** Returns the name of the app from the attributes of a resource. Empty if the app has no name. */
export function serviceOf(resource: AttributeMap): string {
  const name = resource['service.name'];
  return typeof name === 'string' && !NAMELESS.test(name) ? name : '';
}

/**
 * Returns the reason of a close: the text of the Close frame. Without such a text, the reason that this end gave with the
 * same code, since a peer may send the code alone back. Empty if there is none.
 */
export function reasonOf(attributes: AttributeMap): string {
  const reason = attributes[ATTR_WEBSOCKET_CLOSE_REASON];
  if (reason) return String(reason);
  const {
    [ATTR_WEBSOCKET_CLOSE_CODE]: code,
    [ATTR_WEBSOCKET_CLOSE_REQUESTED_CODE]: requested = code,
    [ATTR_WEBSOCKET_CLOSE_REQUESTED_REASON]: given = '',
  } = attributes;
  return String(requested) === String(code) ? String(given) : '';
}
