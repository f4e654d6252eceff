import type { Duplex } from 'node:stream';
import { createPrivateSlot } from './private-slot.ts';

/** A request for an upgrade to WebSocket that the client of a library is about to write to a stream. */
interface OfferedRequest {
  readonly stream: Duplex;
  /** Path of the Unix socket; `undefined` for TCP. */
  readonly socketPath: string | undefined;
  /** `Sec-WebSocket-Key` of the request, if it has one. */
  readonly key: unknown;
  /** Whether the app has made the request by itself, so that no WebSocket of the library uses the stream. */
  readonly isOfApp: boolean;
}

/**
 * Decides about a request.
 * @returns whether the library's observer must leave the request
 */
type TakeOffer = (request: OfferedRequest) => boolean;

/** Receives what the observers of libraries know of streams and requests. */
interface ClaimListener {
  /** Called with a stream, or with a client's request, whose connection the observer of a library records. */
  claimed(streamOrRequest: object): void;
  /** Called with a socket of any library that the app has passed to `observe()`. */
  handedOver(socket: object): void;
  /** Called with the `Sec-WebSocket-Key` of a handshake whose connection the observer of a library records. */
  keyClaimed(key: unknown, isWaiting: () => boolean): void;
}

/**
 * Says which TCP sockets, other streams and requests carry connections that the observer of a library records. So no
 * connection is recorded twice.
 */
export interface StreamClaims {
  /** Notes a stream, or a client's request, whose connection the observer of a library records. */
  claim(streamOrRequest: object | null | undefined): void;
  /**
   * Notes the `Sec-WebSocket-Key` of a handshake that does not go through Node's HTTP client.
   * @param isWaiting says whether the handshake goes on
   */
  claimKey(key: unknown, isWaiting: () => boolean): void;
  /** Notes a socket of any library that the app has passed to `observe()`. */
  handOver(socket: object): void;
  /** Says whether the observer of a library records the connection of a client's request. */
  isClaimed(request: object): boolean;
  /**
   * Notes that an observed library is accepting an upgrade on a stream, within the running call.
   * @returns a function to call at the end of that call
   */
  accepting(stream: object | undefined): () => void;
  /** Says whether an observed library is accepting an upgrade on a stream now. */
  isBeingAccepted(stream: object): boolean;
  /** Offers a request to the observer of the wire, which takes those of the app and those that a proxy passes on. */
  readonly offer: TakeOffer;
  /** Sets the one function that decides about offered requests. Without it no request is taken. */
  listenToOffers(take: TakeOffer): void;
  /** Sets the one listener. */
  listen(listener: ClaimListener): void;
}

/** Makes the store. An open connection takes no memory in it. */
export function createStreamClaims(): StreamClaims {
  const requests = createPrivateSlot<true>();
  let listener: ClaimListener | undefined;
  let accepted: object | undefined;
  let takeOffer: TakeOffer | undefined;
  return {
    claim(one) {
      if (!one || !listener) return;
      // A stream that is claimed is found by its listener; of requests the claim may come first.
      if ('getHeader' in one) requests.set(one, true);
      listener.claimed(one);
    },
    claimKey: (key, isWaiting) => listener?.keyClaimed(key, isWaiting),
    handOver: (socket) => listener?.handedOver(socket),
    isClaimed: (request) => requests.get(request) === true,
    accepting(stream) {
      accepted = stream;
      return () => {
        accepted = undefined;
      };
    },
    isBeingAccepted: (stream) => accepted === stream,
    offer: (request) => takeOffer?.(request) === true,
    listenToOffers(take) {
      takeOffer = take;
    },
    listen(given) {
      listener = given;
    },
  };
}
