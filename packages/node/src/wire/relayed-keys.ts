import { requestOf } from '../upgrades/waiting-request.ts';

/** Largest number of upgrade requests that are remembered while they wait for their response. */
const MOST = 10_000;
/** Largest number of handshakes of clients that are remembered. */
const MOST_OWN = 256;

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
  /**
   * Notes the handshake of a client of this process that another observer follows.
   * @param isWaiting says whether the handshake goes on
   */
  noteOwn(key: unknown, isWaiting: () => boolean): void;
  /**
   * Says whether a client of this process has sent this key in a handshake that goes on. Its stream may write to a TCP
   * socket that is seen, too.
   */
  isOwn(key: string): boolean;
  /** Says whether a server has received an upgrade request with a key, and has not responded yet. */
  isWaiting(key: unknown): boolean;
  /** Says whether a proxy relays an upgrade request that a server has received. */
  isRelayed(request: object): boolean;
}

/** Makes the store. */
export function createRelayedKeys(): RelayedKeys {
  /** The last request with each key that has no response yet. */
  const waiting = new Map<string, object>();
  const relayed = new WeakSet<object>();
  /** The last handshakes of clients, by their keys. */
  const own = new Map<string, () => boolean>();
  return {
    noteArrival(request, key) {
      if (isKey(key) && waiting.size < MOST) waiting.set(key, request);
    },
    noteResponse(request, key) {
      if (typeof key === 'string' && waiting.get(key) === request) waiting.delete(key);
    },
    noteRequest(key) {
      const request = waiting.get(key);
      if (request) relayed.add(requestOf(request));
      return request !== undefined;
    },
    noteOwn(key, isWaiting) {
      if (!isKey(key)) return;
      own.delete(key);
      own.set(key, isWaiting);
      for (const oldest of own.keys()) {
        if (own.size <= MOST_OWN) break;
        own.delete(oldest);
      }
    },
    isOwn: (key) => own.get(key)?.() === true,
    isWaiting: (key) => waiting.has(key as string),
    isRelayed: (request) => relayed.has(request),
  };
}

function isKey(key: unknown): key is string {
  return typeof key === 'string' && key.length < 128;
}
