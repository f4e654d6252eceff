/** Facts of a close from which its explanation is made. A fact that is not known is `undefined`. */
export interface ExplainedFacts {
  /** Recorded cause, or the text `unknown`. */
  readonly cause: string;
  /** Close code (RFC 6455 §7.4). */
  readonly code: number | undefined;
  /** Name of the close code. Empty if there is no code. */
  readonly name: string;
  /** Reason of the peer. Empty if there is none. */
  readonly reason: string;
  /** Whether the closing handshake was completed (RFC 6455 §7.1.4). */
  readonly wasClean: boolean | undefined;
  /** Who closed first: `local`, `remote`, `none` or `unknown`. */
  readonly initiator: string;
  /** Whether the connection had opened. */
  readonly opened: boolean | undefined;
  /** errno or library code. */
  readonly errorCode: string | undefined;
  /** HTTP status of a refused handshake. */
  readonly httpStatusCode: number | undefined;
  /** Header `Server` of the response that refused the handshake. Empty if there is none. */
  readonly responder: string;
  /** Header `Via` of that response. Empty if there is none. */
  readonly via: string;
  /** Header `Retry-After` of that response. Empty if there is none. */
  readonly retryAfter: string;
  /** Address of a redirect. Empty if there is none. */
  readonly location: string;
  /** Name and value of the header that names the request, such as `cf-ray 7d5f`. Empty if there is none. */
  readonly requestId: string;
  /** Seconds from open to close. */
  readonly lifetime: number | undefined;
  /** Seconds from construction to open, or to failure. */
  readonly handshake: number | undefined;
  /** Step in which the handshake ended: `dns`, `tcp`, `tls` or `response`. Empty if not known. */
  readonly phase: string;
  /** Part of the response for which the client refused the response, such as `accept`. Empty if not known. */
  readonly invalid: string;
  /** Phases that a slow or failed handshake spent time in, each with its seconds. Empty if not known. */
  readonly phases: readonly (readonly [phase: string, seconds: number])[];
  /** Seconds for which the device slept, the page was frozen, or the app was in the background. */
  readonly suspended: number | undefined;
  /** State of a React Native app. Empty if not known. */
  readonly appState: string;
  /** Text of a native error in React Native. Empty if there is none. */
  readonly nativeMessage: string;
  /** Seconds from the last byte of the peer to the end. */
  readonly silence: number | undefined;
  /** Seconds from the last byte in either direction to the end. */
  readonly idle: number | undefined;
  /** How TCP ended: `fin`, `reset`, `timeout` or `local`. Empty if not known. */
  readonly transportEnd: string;
  /** Time limit of a proxy that fits the end, in seconds. */
  readonly limit: number | undefined;
  /** Kind of the time limit: `idle` or `age`. Empty if there is none. */
  readonly limitKind: string;
  /** Code that the app passed to `close(code)`. */
  readonly requestedCode: number | undefined;
  /** Reason that the app passed to `close(code, reason)`. Empty if there is none. */
  readonly requestedReason: string;
  /** Reason that engine.io or Socket.IO gives. Empty if there is none. */
  readonly libraryReason: string;
  /** Reason in a note of the app. Empty if there is none. */
  readonly notedReason: string;
  /** Number of pings of the app that had no pong. */
  readonly unanswered: number | undefined;
  /** Seconds of the last round trip of a ping. */
  readonly roundTrip: number | undefined;
  /** Number of the connection since the last one that was open. `undefined` for the first one. */
  readonly attempt: number | undefined;
  /** Bytes that never left this end. */
  readonly unsentSize: number | undefined;
  /** Bytes of a message of the peer that this end refused as too big. */
  readonly refusedSize: number | undefined;
  /** Largest size of a message that this end allows, in bytes. `undefined` if this end refused none. */
  readonly sizeLimit: number | undefined;
  /** Id of the connection. Empty if there is none. */
  readonly connectionId: string;
}
