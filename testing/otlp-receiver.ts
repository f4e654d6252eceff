import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions as TlsOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import {
  createBodyReader,
  type OtlpBody,
  OtlpError,
  type ReceivedPoint,
  type ReceivedSpan,
  receivedPoints,
  receivedSpans,
  type Signal,
} from 'closespan/receiver';

/**
 * OTLP/HTTP receiver on a port of 127.0.0.1. The receiver keeps what exporters send, and takes the place of a Collector
 * in tests.
 */
export interface OtlpReceiver {
  /** Base address of the receiver, without a path. `OTEL_EXPORTER_OTLP_ENDPOINT` accepts this address. */
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  readonly points: readonly ReceivedPoint[];
  /** All export requests so far, including requests that the receiver refused. */
  readonly requests: readonly ReceivedRequest[];
  /** Resolves with all received spans as soon as there are at least `count` spans. */
  waitForSpans(count: number): Promise<readonly ReceivedSpan[]>;
  /** Calls a listener with each span that arrives. Returns `stop`, a function that removes the listener. */
  onSpan(listener: (span: ReceivedSpan) => void): () => void;
  close(): Promise<void>;
}

/** Export request as a receiver got it. */
interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Number of bytes of the body as sent. A body that gzip has compressed is smaller. */
  readonly size: number;
  /** Time at which the request was received, in epoch milliseconds. */
  readonly time: number;
}

/** Options of a receiver. Without options, the receiver accepts every request at once. */
export interface OtlpReceiverOptions {
  /** TCP port of the receiver. @defaultValue a free port */
  readonly port?: number;
  /**
   * Returns the HTTP status of the response for a path and the bytes of a request body. Bodies are kept only with
   * status 200. With status 0 the receiver resets the connection.
   * @defaultValue 200
   */
  readonly status?: (path: string, bytes: Buffer) => number;
  /** Returns the body of a response. @defaultValue `{}` */
  readonly body?: () => string;
  /** Returns further headers of a response. @defaultValue none */
  readonly headers?: () => Record<string, string>;
  /** Time before a response is sent, in milliseconds. @defaultValue 0 */
  readonly delay?: number;
  /** Key and certificate of a receiver for HTTPS. @defaultValue the receiver is for HTTP */
  readonly tls?: TlsOptions;
}

/** Kinds of data by path. */
const SIGNALS: ReadonlyMap<string, Signal> = new Map([
  ['/v1/traces', 'traces'],
  ['/v1/metrics', 'metrics'],
]);

/** Starts a receiver of OTLP in JSON and protobuf. Pages of any origin may send to the receiver. */
export async function startOtlpReceiver(options: OtlpReceiverOptions = {}): Promise<OtlpReceiver> {
  const { port = 0, status = () => 200, headers = () => ({}), delay = 0, tls } = options;
  const { body: text = () => '{}' } = options;
  const spans: ReceivedSpan[] = [];
  const points: ReceivedPoint[] = [];
  const requests: ReceivedRequest[] = [];
  const readBody = createBodyReader();
  const listeners = new Set<(span: ReceivedSpan) => void>();

  const listener: RequestListener = async (request, response) => {
    allowEveryOrigin(response);
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    const { url: path = '' } = request;
    const code = await read(request, path);
    if (delay > 0) await wait(delay);
    if (code === 0) {
      request.socket.resetAndDestroy();
      return;
    }
    response.writeHead(code, { 'content-type': 'application/json', ...headers() }).end(text());
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  /** Reads a request. Returns the status of the response. */
  async function read(request: IncomingMessage, path: string): Promise<number> {
    let code = 0;
    try {
      await readBody(request, SIGNALS.get(path) ?? 'logs', (body, bytes) => {
        requests.push({ path, headers: request.headers, size: bytes.length, time: Date.now() });
        code = status(path, bytes);
        if (code === 200) keep(path, body);
      });
    } catch (error) {
      if (error instanceof OtlpError) return error.status;
      // A request that was cut off gets no response. Any other error is one of the test.
      if (request.complete) throw error;
    }
    return code;
  }

  function keep(path: string, body: OtlpBody): void {
    if (path === '/v1/metrics') points.push(...receivedPoints(body));
    if (path !== '/v1/traces') return;
    for (const span of receivedSpans(body)) {
      spans.push(span);
      for (const listener of listeners) listener(span);
    }
  }

  function onSpan(listener: (span: ReceivedSpan) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    points,
    requests,
    onSpan,
    waitForSpans: (count) =>
      new Promise((resolve) => {
        const check = () => {
          if (spans.length < count) return;
          stop();
          resolve(spans);
        };
        const stop = onSpan(check);
        check();
      }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Sets the response headers with which a page of any origin may send (WHATWG Fetch § CORS protocol). */
function allowEveryOrigin(response: ServerResponse): void {
  response
    .setHeader('access-control-allow-origin', '*')
    .setHeader('access-control-allow-headers', '*')
    .setHeader('access-control-expose-headers', 'retry-after')
    .setHeader('access-control-max-age', '600');
}
