import type { Attributes } from '@opentelemetry/api';
import { causeOfError } from '../record/cause-of-error.ts';
import type { CloseCause } from '../record/close-cause.ts';
import type { CloseRecord } from '../record/close-record.ts';
import { createEndpointParser } from '../record/endpoint-parser.ts';
import {
  ATTR_CLIENT_ADDRESS,
  ATTR_HTTP_REQUEST_HEADER_ORIGIN,
  ATTR_NETWORK_PEER_ADDRESS,
  ATTR_NETWORK_PEER_PORT,
} from '../semconv.ts';

/**
 * Concludes from facts about the transport. Browsers know no such facts, and have few connections, so that pages do not
 * load these rules.
 */
export interface TransportRules {
  /** Makes the parser of URLs, which remembers URLs. */
  readonly createEndpointParser: typeof createEndpointParser;
  /**
   * Returns the cause of a connection's loss by the errno or the error code of a library. `undefined` if the code names
   * no cause.
   */
  readonly causeOf: (errorCode: string) => CloseCause | undefined;
  /** Adds the attributes of a close span that describe the peer. A fact that is not known has no attribute. */
  readonly describePeer: (record: CloseRecord, attributes: Attributes) => void;
}

/** The rules of runtimes that know facts about the transport: Node, Bun and Deno. */
export const TRANSPORT_RULES: TransportRules = {
  createEndpointParser,
  causeOf: causeOfError,
  describePeer({ peer, clientAddress, origin }, attributes) {
    if (peer) {
      attributes[ATTR_NETWORK_PEER_ADDRESS] = peer.address;
      attributes[ATTR_NETWORK_PEER_PORT] = peer.port;
    }
    if (clientAddress) attributes[ATTR_CLIENT_ADDRESS] = clientAddress;
    if (origin) attributes[ATTR_HTTP_REQUEST_HEADER_ORIGIN] = [origin];
  },
};
