import type { Attributes } from '@opentelemetry/api';
import { tooBigAttributes } from '../connection/too-big.ts';
import type { WsReceiver } from './ws-socket.ts';

/** Code of the error with which `ws` refuses a message as too big. */
const TOO_BIG = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';

/**
 * Returns the attributes of a message that `ws` refused as larger than its option `maxPayload`; `undefined` if `ws`
 * refused none. Of a compressed message only the limit is known, unless its frames are larger than the limit already.
 */
export function refusedMessageOf(receiver: WsReceiver | null): Attributes | undefined {
  const { _maxPayload: limit = 0, _totalPayloadLength: size = 0, errored } = receiver ?? {};
  // 0 stands for no limit. Early versions of `ws` 7 give the error no code.
  if (!(limit > 0)) return undefined;
  if (size > limit) return tooBigAttributes(size, limit);
  return (errored as NodeJS.ErrnoException | null | undefined)?.code === TOO_BIG
    ? tooBigAttributes(undefined, limit)
    : undefined;
}
