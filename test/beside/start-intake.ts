import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

/** Request that a telemetry library has sent. */
interface IntakeRequest {
  readonly path: string;
  readonly body: string;
}

/** Local place of the servers to which Sentry, Faro, Datadog, New Relic and Elastic send. */
export interface Intake {
  readonly url: string;
  /** Returns the requests so far under a path. */
  requests(path: string): readonly IntakeRequest[];
  close(): Promise<void>;
}

/** What New Relic's server responds to the first request of a page. Without the time the agent sends nothing. */
const NEW_RELIC = { loaded: 1, err: 1, ins: 1, spa: 1, ajax: 1, st: 0, sr: 0, log: 0 };

/** Starts an intake on a port of 127.0.0.1. It takes every request, from any origin. */
export async function startIntake(): Promise<Intake> {
  const received: IntakeRequest[] = [];
  const server = createServer(async (request, response) => {
    const bytes = await buffer(request).catch(() => Buffer.alloc(0));
    const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    if (request.method === 'POST') {
      received.push({
        path: request.url ?? '',
        body: (isZipped ? gunzipSync(bytes) : bytes).toString(),
      });
    }
    response
      .writeHead(200, {
        'content-type': 'application/json',
        'access-control-allow-origin': request.headers.origin ?? '*',
        'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': '*',
      })
      .end(JSON.stringify({ app: { agents: [], nrServerTime: Date.now() }, ...NEW_RELIC }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: (path) => received.filter((request) => request.path.startsWith(path)),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
