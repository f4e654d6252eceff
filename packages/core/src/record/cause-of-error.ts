import type { CloseCause } from './close-cause.ts';

const RESET = /^(ECONNRESET|EPIPE|ECONNABORTED)$/;

/**
 * Returns the cause of a connection's loss by the errno or the error code of a library. `undefined` if the code names no
 * cause.
 */
export function causeOfError(errorCode: string): CloseCause | undefined {
  if (RESET.test(errorCode)) return 'connection_reset';
  if (errorCode === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return 'message_too_big';
  return errorCode.startsWith('WS_ERR_') ? 'protocol_error' : undefined;
}
