/** Facts of a connection that is open when the process ends: no Close frame is sent, and so the peer sees a 1006. */
export const PROCESS_EXIT = {
  code: 1006,
  reason: '',
  wasClean: false,
  synthetic: true,
  cause: 'process_exit',
  initiator: 'local',
} as const;
