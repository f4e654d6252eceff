import {
  ATTR_WEBSOCKET_CLOSE_CODE,
  ATTR_WEBSOCKET_RECONNECT_ATTEMPTS,
  SPAN_WEBSOCKET_CLOSE,
  SPAN_WEBSOCKET_RECONNECT,
} from '@closespan/core';
import type { ReceivedSpan } from '../otlp/received-span.ts';

/** Name of the instrumentation scope of all spans of closespan. */
const SCOPE = 'closespan';

/**
 * Returns whether a span is a close or an outage that closespan recorded. The scope and an attribute decide, since an
 * app may rename a span in `closeHook`. Where both attributes are absent, the name decides.
 */
export function spanKind({ scope, name, attributes }: ReceivedSpan): 'close' | 'outage' | 'other' {
  if (scope.name !== SCOPE) return 'other';
  if (typeof attributes[ATTR_WEBSOCKET_CLOSE_CODE] === 'number') return 'close';
  if (typeof attributes[ATTR_WEBSOCKET_RECONNECT_ATTEMPTS] === 'number') return 'outage';
  // A template may follow the name.
  const [first] = name.split(' ', 1);
  if (first === SPAN_WEBSOCKET_CLOSE) return 'close';
  return first === SPAN_WEBSOCKET_RECONNECT ? 'outage' : 'other';
}
