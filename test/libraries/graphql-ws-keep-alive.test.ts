import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type CloseRecord, instrumentWebSockets } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { hello: { type: GraphQLString } } }),
});
/** Connects with graphql-ws, and tells the parent of its own connection. */
const CLIENT = `
  import { createClient } from 'graphql-ws';
  import { WebSocket } from 'ws';
  createClient({ url: process.argv[1], webSocketImpl: WebSocket, lazy: false, retryAttempts: 0, onNonLazyError() {} });
`;

const records: CloseRecord[] = [];
let handle: ReturnType<typeof instrumentWebSockets>;
let server: WebSocketServer;
let client: ChildProcess;
beforeEach(async () => {
  records.length = 0;
  handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record) });
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/graphql' });
  await once(server, 'listening');
});
afterEach(async () => {
  client.kill('SIGKILL');
  server.close();
  await handle.shutdown();
});

/** Starts a client in a process of its own, and resolves to the server's socket after a first pong. */
async function connect(keepAlive: number): Promise<InstanceType<typeof import('ws').WebSocket>> {
  useServer({ schema }, server, keepAlive);
  const connection = once(server, 'connection');
  const { port } = server.address() as AddressInfo;
  const args = ['--input-type=module', '-e', CLIENT, `ws://127.0.0.1:${port}/graphql`];
  client = spawn(process.execPath, args, { cwd: import.meta.dirname, stdio: 'inherit' });
  const [peer] = await connection;
  await once(peer, 'pong');
  return peer;
}

async function close(): Promise<string> {
  await expect.poll(() => handle.forceFlush().then(() => records.length)).toBe(1);
  const [record] = records as [CloseRecord];
  const { furtherAttributes: attributes = {} } = record;
  const trip = typeof attributes['websocket.ping.rtt'];
  return `${closeLine(record)} unanswered=${attributes['websocket.ping.unanswered']} rtt=${trip}`;
}

it('calls a client whose process is frozen a ping timeout', async () => {
  const peer = await connect(500);
  client.kill('SIGSTOP');
  await once(peer, 'close');
  expect(await close()).toBe(
    '/graphql server 1006 unclean local ping_timeout error=ping_timeout unanswered=1 rtt=number',
  );
});

it('calls a terminate() of the app what it is', async () => {
  const peer = await connect(500);
  peer.terminate();
  await once(peer, 'close');
  expect(await close()).toBe(
    '/graphql server 1006 unclean local local_terminate error=local_terminate unanswered=0 rtt=number',
  );
});
