/** Settings of one probe. Times are milliseconds. */
export interface ProbeOptions {
  /** Address with the scheme `ws:` or `wss:`, and without a fragment. */
  readonly url: URL;
  /** Headers of the handshake, each with one value or several. The values are never shown. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly subprotocols: readonly string[];
  /** Value of the header `Origin`. `undefined` for no such header. */
  readonly origin: string | undefined;
  /** Time for which the silent connection is held at most. */
  readonly silentFor: number;
  /** Time that a handshake may take. */
  readonly handshakeTimeout: number;
  /** Whether a TLS certificate that cannot be verified is accepted. */
  readonly isInsecure: boolean;
  /** Whether the result is printed as one line of JSON. */
  readonly isJson: boolean;
}

/** Returns the address without user info, query and fragment, where WebSocket clients put tokens. */
export function shownUrl({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}
