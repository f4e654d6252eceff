import { createPrivateSlot } from './private-slot.ts';

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
  /** Sets the one listener. */
  listen(listener: ClaimListener): void;
}

/** Makes the store. An open connection takes no memory in it. */
export function createStreamClaims(): StreamClaims {
  const requests = createPrivateSlot<true>();
  let listener: ClaimListener | undefined;
  let accepted: object | undefined;
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
    listen(given) {
      listener = given;
    },
  };
}
