import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startOtlpReceiver } from '@closespan/testing';
import type { TestProject } from 'vitest/node';
import { acceptSockets } from './accept-sockets.ts';

/** Addresses that tests in a browser are given. */
export interface BrowserPeers {
  /** A WebSocket server; the path says how it ends a connection. */
  readonly ws: string;
  /** A WebSocket address where nobody listens. */
  readonly nobody: string;
  /** An OTLP receiver; `GET /spans` of `api` responds with what arrived. */
  readonly otlp: string;
  readonly api: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    peers: BrowserPeers;
  }
}

/** Starts the real peers of the browser tests. */
export default async function startPeers(project: TestProject): Promise<() => Promise<void>> {
  const receiver = await startOtlpReceiver();
  const server = createServer((_request, response) => {
    response.setHeader('access-control-allow-origin', '*').setHeader('content-type', 'application/json');
    response.end(JSON.stringify(receiver.spans));
  });
  const sockets = acceptSockets(server);
  const nobody = createServer();
  const [port, closedPort] = await Promise.all([listen(server), listen(nobody)]);
  nobody.close();
  project.provide('peers', {
    ws: `ws://127.0.0.1:${port}`,
    nobody: `ws://127.0.0.1:${closedPort}`,
    otlp: receiver.url,
    api: `http://127.0.0.1:${port}`,
  });
  return async () => {
    sockets.terminate();
    server.closeAllConnections();
    server.close();
    await receiver.close();
  };
}

function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
