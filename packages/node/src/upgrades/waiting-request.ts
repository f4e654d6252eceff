import { flat } from '@closespan/core/platform';
import type { UpgradeRequest, UpgradeSocket } from './upgrade-facts.ts';

/** Bytes that a socket has received with a request of usual length. */
const USUAL_BYTES = 4096;
/** Largest number of characters of a text that is kept. A record shows fewer. */
const LONGEST_TEXT = 512;
/** Headers of which a record shows something. */
const NAMES = ['host', 'sec-websocket-key', 'origin', 'forwarded', 'x-forwarded-for'] as const;

/**
 * A long upgrade request that waits for its response. The app may never respond and forget the request, of which a
 * stranger chooses the length. So the request is not kept in memory, but its short texts are.
 */
export class WaitingRequest {
  readonly #request: WeakRef<UpgradeRequest>;
  readonly #short: UpgradeRequest;

  constructor(request: UpgradeRequest) {
    const { url = '', headers, socket } = request;
    const kept: Record<string, string> = {};
    for (const name of NAMES) {
      const text = headers[name];
      if (typeof text === 'string') kept[name] = shorten(text);
    }
    this.#request = new WeakRef(request);
    // The rest of a request is not read.
    this.#short = { url: shorten(url.replace(/\?.*/s, '')), headers: kept, socket } as UpgradeRequest;
  }

  /** Returns the request, or its short texts if the app has forgotten the request. */
  get(): UpgradeRequest {
    return this.#request.deref() ?? this.#short;
  }
}

/** Returns what to keep of a request until its response: a usual request itself. */
export function waitingRequest(
  request: UpgradeRequest,
  socket: UpgradeSocket,
): UpgradeRequest | WaitingRequest {
  const { bytesRead = 0 } = socket as { readonly bytesRead?: number };
  return bytesRead > USUAL_BYTES ? new WaitingRequest(request) : request;
}

/** Returns the request that `waitingRequest` has kept. */
export function requestOf<T extends object>(kept: T | WaitingRequest): T | UpgradeRequest {
  return kept instanceof WaitingRequest ? kept.get() : kept;
}

function shorten(text: string): string {
  return flat(text.slice(0, LONGEST_TEXT));
}
