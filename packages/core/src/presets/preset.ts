import type { CloseCodeMeaning, CloseCodeMeanings } from '../record/close-codes.ts';

/**
 * Close codes of one application protocol, such as GraphQL over WebSocket. A preset applies only to connections of its
 * protocol, so that one code may have other meanings in other protocols. `definePreset` makes a preset.
 */
export interface Preset extends PresetDefinition {
  /**
   * Returns the meaning of a close code on a connection. `undefined` if the preset does not apply to the connection, or
   * does not know the code.
   * @param url URL of the connection, as the runtime reports it
   * @param subprotocol subprotocol on which both ends agreed; empty or `undefined` for none
   */
  meaningOf(code: number, url: string, subprotocol: string | undefined): CloseCodeMeaning | undefined;
}

/** Definition of a preset: close codes of a protocol, and the connections that speak the protocol. */
export interface PresetDefinition {
  /** Names of the protocol's close codes, and whether a close with such a code counts as an error, by code. */
  readonly closeCodes: CloseCodeMeanings;
  /**
   * Subprotocols (RFC 6455 §1.9) of the protocol. If both ends agreed on one of these, the preset applies. If both ends
   * agreed on another subprotocol, the preset does not apply.
   * @defaultValue the protocol has no subprotocol
   */
  readonly subprotocols?: readonly string[];
  /**
   * Pattern for the URL of a connection, without user info, query and fragment, such as `wss://example.com/graphql`. If
   * both ends agreed on no subprotocol, the preset applies to URLs that match.
   * @defaultValue no URL matches
   */
  readonly urls?: RegExp;
}
