import type { ReportedClose } from '../instrument-server.ts';

/** Members of the event of the route `$disconnect` of a WebSocket API (Amazon API Gateway) that closespan reads. */
export interface DisconnectEventLike {
  /** Facts of API Gateway about the connection that ended. */
  readonly requestContext: {
    /** Host of the WebSocket API. */
    readonly domainName?: string;
    /** Stage of the WebSocket API, the path of its address. */
    readonly stage?: string;
    /** Close code of the client or of API Gateway. */
    readonly disconnectStatusCode?: number;
    /** Text to the close code. */
    readonly disconnectReason?: string;
    /** Time at which the connection opened, in epoch milliseconds. */
    readonly connectedAt?: number;
    /** Time of the event, in epoch milliseconds. */
    readonly requestTimeEpoch?: number;
    /** The client, as API Gateway knows it. */
    readonly identity?: { readonly sourceIp?: string };
  };
}

/**
 * Returns the close that an event of the route `$disconnect` reports, for `recordClose()` of the handle. The event does
 * not say whether the client or API Gateway closed first. An event that is another gives a close without a URL, with the
 * code 1006. Never throws.
 * @example recordClose(apiGatewayClose(event))
 */
export function apiGatewayClose(event: DisconnectEventLike): ReportedClose {
  const { domainName, stage, disconnectStatusCode, disconnectReason, identity, ...times } =
    (event as Partial<DisconnectEventLike> | undefined)?.requestContext ?? {};
  return {
    url: domainName ? `wss://${domainName}/${stage ?? ''}` : '',
    code: disconnectStatusCode,
    reason: disconnectReason,
    openTime: times.connectedAt,
    closeTime: times.requestTimeEpoch,
    clientAddress: identity?.sourceIp,
  };
}
