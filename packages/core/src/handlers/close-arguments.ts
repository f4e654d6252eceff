import { isUntrusted } from '../observe/socket-events.ts';
import type { CloseFacts } from '../record/close-facts.ts';
import { limitText } from '../record/queue-memory.ts';
import { requestedReason } from '../record/requested-reason.ts';

/** Facts that the arguments of a handler show. */
export type EventFacts = Pick<CloseFacts, 'code' | 'reason' | 'wasClean'> & Partial<CloseFacts>;

/** Members of a `CloseEvent`, or of the details that crossws gives. */
interface Details {
  readonly code?: unknown;
  readonly reason?: unknown;
  readonly wasClean?: unknown;
}

/**
 * Reads the arguments of a handler for closes: code, reason and `wasClean`, or an object with these members. A library
 * that gives no `wasClean` is taken to say that each code but 1006 is clean. Deno gives the code 0 in place of 1006.
 * @param socket the argument that is the socket
 */
export function closeArguments(args: readonly unknown[], socket: object): EventFacts {
  const [first, ...more] = args.filter((one) => one !== socket);
  const { code, reason, wasClean } = (
    typeof first === 'object' && first ? first : { code: first, reason: more[0], wasClean: more[1] }
  ) as Details;
  const text = reasonOf(reason);
  // Who closed cannot be concluded from a code that is not known.
  if (!Number.isInteger(code)) return { code: 1005, reason: text, wasClean: true, initiator: 'unknown' };
  return {
    code: frameCode(code as number),
    reason: text,
    // An event that Hono makes says nothing of it.
    wasClean:
      typeof wasClean === 'boolean' && !isUntrusted(Object(first)) ? wasClean : code !== 1006 && code !== 0,
  };
}

/**
 * Returns the close code of the Close frame that a runtime makes of a number. The frame has 16 bits for the code (RFC 6455
 * §5.5.1). Bun and uWebSockets.js send the lowest bits of any number, and pass the number itself to the handler.
 */
export function frameCode(code: number): number {
  return code & 0xffff;
}

/** Text that crossws makes of the bytes of uWebSockets.js, and that is no reason. */
const NO_REASON = '[object ArrayBuffer]';

/** uWebSockets.js gives bytes, which are valid only within the handler. */
function reasonOf(reason: unknown): string {
  if (reason === NO_REASON) return '';
  return requestedReason(reason instanceof ArrayBuffer ? new Uint8Array(reason) : reason) ?? '';
}

/** Reads the error that a handler for errors gets. */
export function errorArguments(given: unknown): Partial<CloseFacts> {
  // Hono gives an event that has the error.
  const { error = given } = (given ?? {}) as { readonly error?: unknown };
  const { code, cause } = (error ?? {}) as {
    readonly code?: unknown;
    readonly cause?: { readonly code?: unknown };
  };
  const errorCode = code ?? cause?.code;
  return {
    errored: true,
    ...(typeof errorCode === 'string' && { errorCode: limitText('errorCode', errorCode) }),
  };
}
