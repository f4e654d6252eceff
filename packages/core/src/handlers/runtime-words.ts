import type { CloseFacts } from '../record/close-facts.ts';
import { ATTR_WEBSOCKET_CLOSE_LIMIT, ATTR_WEBSOCKET_CLOSE_LIMIT_KIND } from '../semconv.ts';

/**
 * Words that uWebSockets, which is also in Bun, gives as the reason of a code 1006. No peer can send this code (RFC 6455
 * §7.4.1), so that the words are not those of a peer.
 */
const WORDS: readonly (readonly [RegExp, CloseFacts['cause'] & {}])[] = [
  [/timed out from inactivity/, 'idle_timeout'],
  [/too big message/i, 'message_too_big'],
  [/invalid (?:UTF-8|close payload|WebSocket frame)/i, 'protocol_error'],
];

/**
 * Returns why this end ended a connection without a Close frame of the peer, in the words of the runtime.
 * @param idleTimeout limit of silence that the app has set, in seconds
 * @returns no facts for other words
 */
export function runtimeFacts(
  { code, reason, wasClean }: Pick<CloseFacts, 'code' | 'reason' | 'wasClean'>,
  idleTimeout: unknown,
): Partial<CloseFacts> | undefined {
  if (code !== 1006 || wasClean) return undefined;
  const [, cause] = WORDS.find(([words]) => words.test(reason)) ?? [];
  if (!cause) return undefined;
  const hasLimit = cause === 'idle_timeout' && typeof idleTimeout === 'number' && idleTimeout > 0;
  return {
    cause,
    initiator: 'local',
    ...(hasLimit && {
      furtherAttributes: {
        [ATTR_WEBSOCKET_CLOSE_LIMIT]: idleTimeout,
        [ATTR_WEBSOCKET_CLOSE_LIMIT_KIND]: 'idle',
      },
    }),
  };
}
