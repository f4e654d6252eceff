import { ATTR_WEBSOCKET_MESSAGE_TOO_BIG_LIMIT, ATTR_WEBSOCKET_MESSAGE_TOO_BIG_SIZE } from '@closespan/core';
import type { Attributes } from '@opentelemetry/api';

/** Returns the attributes of a message that this end refused as too big. Sizes are bytes. */
export function tooBigAttributes(size: number | undefined, limit: number): Attributes {
  return {
    ...(size !== undefined && { [ATTR_WEBSOCKET_MESSAGE_TOO_BIG_SIZE]: size }),
    [ATTR_WEBSOCKET_MESSAGE_TOO_BIG_LIMIT]: limit,
  };
}
