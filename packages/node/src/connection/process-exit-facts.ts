import { NO_CLOSE_FRAME } from '@closespan/core/platform';

/**
 * Facts of a connection that is still open when the process ends. The process then sends no Close frame, so the peer
 * reports the code 1006 (RFC 6455 §7.1.5).
 */
export const PROCESS_EXIT_FACTS = {
  ...NO_CLOSE_FRAME,
  synthetic: true,
  cause: 'process_exit',
  initiator: 'local',
} as const;
