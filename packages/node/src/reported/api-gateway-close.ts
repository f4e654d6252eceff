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
 * not say whether the client or API Gateway closed first.
 * @example recordClose(apiGatewayClose(event))
 */
export function apiGatewayClose({ requestContext }: DisconnectEventLike): ReportedClose {
  const { domainName, stage, disconnectStatusCode, disconnectReason, identity } = requestContext;
  const { connectedAt, requestTimeEpoch } = requestContext;
  return {
    url: `wss://${domainName}/${stage}`,
    code: disconnectStatusCode,
    reason: disconnectReason,
    openTime: connectedAt,
    closeTime: requestTimeEpoch,
    clientAddress: identity?.sourceIp,
  };
}
