/** Largest number of upgrade requests that are remembered while they wait for their response. */
const MOST = 10_000;

/**
 * Recognizes the connections that a proxy in this process relays. A proxy sends on the request that it has received,
 * with its `Sec-WebSocket-Key`. A client of its own makes a key that nobody else has (RFC 6455 §4.1).
 */
export interface RelayedKeys {
  /** Notes an upgrade request that a server has received. */
  noteArrival(request: object, key: unknown): void;
  /** Notes that a server has responded to an upgrade request, or that the request is over. */
  noteResponse(request: object, key: unknown): void;
  /**
   * Notes that a client sends a request for an upgrade.
   * @returns whether a proxy relays the request
   */
  noteRequest(key: string): boolean;
  /** Says whether a proxy relays an upgrade request that a server has received. */
  isRelayed(request: object): boolean;
}

/** Makes the store. */
export function createRelayedKeys(): RelayedKeys {
  /** The last request with each key that has no response yet. */
  const waiting = new Map<string, object>();
  const relayed = new WeakSet<object>();
  return {
    noteArrival(request, key) {
      if (typeof key === 'string' && key.length < 128 && waiting.size < MOST) waiting.set(key, request);
    },
    noteResponse(request, key) {
      if (typeof key === 'string' && waiting.get(key) === request) waiting.delete(key);
    },
    noteRequest(key) {
      const request = waiting.get(key);
      if (request) relayed.add(request);
      return request !== undefined;
    },
    isRelayed: (request) => relayed.has(request),
  };
}
