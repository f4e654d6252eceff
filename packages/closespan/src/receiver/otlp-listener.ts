import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { OtlpBody } from '../otlp/otlp-body.ts';
import { OtlpError } from '../otlp/otlp-error.ts';
import { encodingOf, type Signal } from '../otlp/read-otlp-body.ts';
import { allowOrigin } from './allow-origin.ts';
import { isAllowedHost, isAllowedOrigin } from './allowed-hosts.ts';
import { createBodyReader } from './body-reader.ts';
import { writeError, writeSuccess } from './otlp-response.ts';

/** Parts of a listener. */
interface ListenerParts {
  /** Host that the server listens on. */
  readonly host: string;
  /** Takes the body of an export request. */
  readonly take: (signal: Signal, body: OtlpBody) => Promise<void>;
  /** Handles a GET request that is no export. Returns whether it did. */
  readonly serve: (request: IncomingMessage, response: ServerResponse) => boolean;
}

const SIGNALS: ReadonlyMap<string, Signal> = new Map([
  ['/v1/traces', 'traces'],
  ['/v1/metrics', 'metrics'],
  ['/v1/logs', 'logs'],
]);

/** Makes a listener for a server of Node that responds to export requests (OTLP over HTTP). */
export function otlpListener({ host, take, serve }: ListenerParts): RequestListener {
  const read = createBodyReader();

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { origin, host: asked } = request.headers;
    if (!isAllowedHost(asked, host)) throw new OtlpError(403, 'The host of the request is not this machine');
    if (origin !== undefined) {
      if (!isAllowedOrigin(origin, host)) throw new OtlpError(403, 'Only pages of this machine may send');
      allowOrigin(request, response, origin);
    }
    const signal = SIGNALS.get(pathOf(request));
    if (request.method === 'OPTIONS') response.writeHead(204, { allow: 'GET, POST, OPTIONS' }).end();
    else if (signal) await receive(signal, request, response);
    else if (!isRead(request) || !serve(request, response))
      throw new OtlpError(404, 'Send POST requests to /v1/traces, /v1/metrics or /v1/logs');
  }

  async function receive(signal: Signal, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST, OPTIONS');
      throw new OtlpError(405, 'Export requests use the method POST');
    }
    const encoding = encodingOf(request.headers);
    if (!encoding)
      throw new OtlpError(415, 'The body is neither application/json nor application/x-protobuf');
    await read(request, signal, (body) => take(signal, body));
    writeSuccess(response, encoding);
  }

  return (request, response) => {
    respond(request, response).catch((error: unknown) => {
      // A client that has gone gets no response.
      if (response.headersSent || response.destroyed) return;
      const known = error instanceof OtlpError ? error : { status: 500, message: 'The receiver has failed' };
      writeError(response, known, encodingOf(request.headers));
    });
  };
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '';
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}
