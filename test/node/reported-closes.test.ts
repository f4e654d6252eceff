import type { CloseRecord } from '@closespan/core';
import { apiGatewayClose, instrumentWebSockets, type NodeWebSocketOptions } from '@closespan/node';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { suppressTracing } from '@opentelemetry/core';
import { afterEach, expect, it } from 'vitest';

let stop = async () => {};
afterEach(() => stop());

/** Starts closespan, and gives what records closes and the records that came of it. */
function start(options: NodeWebSocketOptions = {}) {
  const records: CloseRecord[] = [];
  const handle = instrumentWebSockets({
    otlp: false,
    closeHook: (record) => void records.push(record),
    ...options,
  });
  stop = () => handle.shutdown();
  return { ...handle, records };
}

const CONNECTED_AT = Date.now() - 90_000;
/** An event of the route `$disconnect`, with the members that API Gateway documents. */
const event = (more: object = {}) => ({
  requestContext: {
    routeKey: '$disconnect',
    eventType: 'DISCONNECT',
    disconnectStatusCode: 1005,
    disconnectReason: 'Client-side close frame status not set',
    connectedAt: CONNECTED_AT,
    requestTimeEpoch: CONNECTED_AT + 60_000,
    connectionId: 'HXqaxcH9vHcCEeg=',
    domainName: 'a1b2c3.execute-api.eu-west-1.amazonaws.com',
    stage: 'production',
    identity: { sourceIp: '203.0.113.7', userAgent: 'agent' },
    ...more,
  },
});

it('records a close that API Gateway reports, with its own times', async () => {
  const { recordClose, forceFlush, records } = start();
  recordClose(apiGatewayClose(event()));
  await forceFlush();
  expect(records).toMatchObject([
    {
      kind: 'server',
      code: 1005,
      // The words are those of API Gateway: no Close frame had them.
      reason: '',
      wasClean: true,
      initiator: 'unknown',
      abnormal: false,
      endpoint: { path: '/production', address: 'a1b2c3.execute-api.eu-west-1.amazonaws.com' },
      handshakeDuration: undefined,
      clientAddress: undefined,
    },
  ]);
  expect(records[0]?.connectionDuration).toBeCloseTo(60_000, -1);
  expect(records[0]?.closeTime).toBeCloseTo(CONNECTED_AT + 60_000, -1);
});

it.each([
  // API Gateway, after the backend has deleted the connection.
  [1000, 'unknown', false],
  [1001, 'unknown', false],
  [1006, 'connection_lost', true],
  [1008, 'policy', true],
  [1011, 'server_error', true],
  [4000, 'unknown', false],
  [undefined, 'connection_lost', true],
  ['1001', 'connection_lost', true],
  [1001.5, 'connection_lost', true],
  [99_999, 'connection_lost', true],
])('records the code %s of API Gateway with the cause %s', async (disconnectStatusCode, cause, abnormal) => {
  const { recordClose, forceFlush, records } = start();
  recordClose(apiGatewayClose(event({ disconnectStatusCode }) as never));
  await forceFlush();
  expect(records).toMatchObject([{ cause, abnormal, initiator: 'unknown' }]);
});

it.each([
  ['nothing', undefined],
  ['no context', {}],
  ['an empty context', { requestContext: {} }],
  ['a context of null', { requestContext: null }],
])('makes a record without an address of an event with %s', async (_name, given) => {
  const { recordClose, forceFlush, records } = start();
  recordClose(apiGatewayClose(given as never));
  await forceFlush();
  expect(records).toMatchObject([
    { code: 1006, endpoint: { url: '', address: '' }, connectionDuration: undefined },
  ]);
});

it('makes up no stage', async () => {
  const { recordClose, forceFlush, records } = start();
  recordClose(apiGatewayClose(event({ stage: undefined }) as never));
  await forceFlush();
  expect(records).toMatchObject([{ endpoint: { path: '/' } }]);
});

it('has the address of the client, and attributes of the app, if the app asks for them', async () => {
  const { recordClose, forceFlush, records } = start({ recordClientAddress: true });
  recordClose({ ...apiGatewayClose(event()), attributes: { 'app.connection.id': 'HXqaxcH9vHcCEeg=' } });
  await forceFlush();
  expect(records).toMatchObject([
    { clientAddress: '203.0.113.7', furtherAttributes: { 'app.connection.id': 'HXqaxcH9vHcCEeg=' } },
  ]);
});

it('claims no duration and no earlier time, if no time is reported', async () => {
  const { recordClose, forceFlush, records } = start();
  const before = Date.now();
  recordClose({ url: 'wss://gateway.example/chat?token=secret', code: 1000, closeTime: Number.NaN });
  await forceFlush();
  expect(records).toMatchObject([
    { endpoint: { url: 'wss://gateway.example/chat' }, connectionDuration: undefined },
  ]);
  expect(records[0]?.closeTime).toBeGreaterThan(before - 5);
});

it('never throws, and bounds what comes from outside', async () => {
  const { recordClose, forceFlush, records } = start({ ignoreUrls: ['/health'] });
  for (const close of [
    undefined,
    null,
    5,
    {},
    { url: 'wss://gateway.example/health', code: 1000 },
    { url: 5, reason: {} },
  ])
    recordClose(close as never);
  recordClose({
    url: 'wss://gateway.example/chat',
    code: 1000,
    reason: 'x'.repeat(10_000),
    openTime: Number.MAX_VALUE,
  });
  await forceFlush();
  expect(records.at(-1)).toMatchObject({ code: 1000, connectionDuration: 0 });
  expect(records.at(-1)?.reason.length).toBeLessThanOrEqual(256);
  expect(records).toHaveLength(1);
});

it('records nothing after the shutdown', async () => {
  const { recordClose, forceFlush, shutdown, records } = start();
  await shutdown();
  recordClose(apiGatewayClose(event()));
  await forceFlush();
  expect(records).toEqual([]);
});

it('records nothing that is reported under suppressTracing()', async () => {
  const { recordClose, forceFlush, records } = start();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  try {
    context.with(suppressTracing(context.active()), () => recordClose(apiGatewayClose(event())));
  } finally {
    context.disable();
  }
  recordClose({ url: 'wss://gateway.example/chat', code: 1000 });
  await forceFlush();
  expect(records.map(({ endpoint }) => endpoint.path)).toEqual(['/chat']);
});
