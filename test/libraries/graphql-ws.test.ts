import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  execute,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  parse,
  subscribe,
  validate,
} from 'graphql';
import { createClient } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { expect, it } from 'vitest';
import { WebSocketServer, WebSocket as WsWebSocket } from 'ws';
import { recordLibrary } from '../helpers/record-library.ts';

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: { hello: { type: GraphQLString, resolve: () => 'world' } },
  }),
});

async function run(
  webSocketImpl: unknown,
  allow: boolean,
  end?: (server: WebSocketServer) => void,
): Promise<unknown> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/graphql' });
  useServer({ schema, execute, subscribe, parse, validate, onConnect: () => allow }, server);
  await once(server, 'listening');
  const client = createClient({
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql?token=secret`,
    webSocketImpl,
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => {},
  });
  const closed = new Promise((resolve) => client.on('closed', resolve));
  let data: unknown;
  if (allow) {
    for await (const result of client.iterate({ query: '{ hello }' })) data = result.data;
    if (end) end(server);
    else await client.dispose();
  }
  await closed;
  await new Promise((resolve) => server.close(resolve));
  return data;
}

it.each([
  ['ws', WsWebSocket, ' reason=Forbidden'],
  // undici answers with the code alone.
  ['the global WebSocket', globalThis.WebSocket, ''],
])('records a client over %s once at each end', async (_name, implementation, answered) => {
  let data: unknown;
  const closes = await recordLibrary(6, async () => {
    data = await run(implementation, true);
    await run(implementation, false);
    await run(implementation, true, (server) => {
      for (const peer of server.clients) peer.close(1012);
    });
  });
  expect(data).toEqual({ hello: 'world' });
  expect(closes).toEqual([
    '/graphql client 1000 clean local local_close reason=Normal Closure',
    '/graphql client 1012 clean remote server_restart',
    '/graphql client 4403 clean remote remote_close reason=Forbidden',
    '/graphql server 1000 clean remote remote_close reason=Normal Closure',
    '/graphql server 1012 clean local server_restart',
    `/graphql server 4403 clean local local_close${answered}`,
  ]);
});
