import { once } from 'node:events';
import { instrumentWebSockets } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type RestartingServer, startRestartingServer } from '../helpers/restarting-server.ts';
import { ATTRIBUTES, GROUPS, referencesOf } from './helpers/read-registry.ts';

type Value = Readonly<Record<string, unknown>>;
interface Attribute {
  readonly key: string;
  readonly value: Value;
}
interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly histogram?: { dataPoints: { attributes: Attribute[] }[] };
  readonly sum?: { isMonotonic: boolean; dataPoints: { attributes: Attribute[] }[] };
}
interface Span {
  readonly name: string;
  readonly kind: number;
  readonly attributes: Attribute[];
}

let receiver: OtlpReceiver;
let server: RestartingServer;
const metrics: Metric[] = [];
const spans: Span[] = [];

beforeAll(async () => {
  receiver = await startOtlpReceiver({
    status: (_path, bytes) => {
      const { resourceSpans = [], resourceMetrics = [] } = JSON.parse(String(bytes));
      for (const { scopeSpans } of resourceSpans) spans.push(...scopeSpans[0].spans);
      for (const { scopeMetrics } of resourceMetrics) metrics.push(...scopeMetrics[0].metrics);
      return 200;
    },
  });
  server = await startRestartingServer();
  const handle = instrumentWebSockets({
    otlp: { url: receiver.url },
    messages: true,
    recordClientAddress: true,
    recordOrigin: true,
    refusedHandshakes: true,
    silenceThreshold: 1,
    urlTemplate: () => '/rooms/{id}',
  });
  const first = await open();
  first.send('hello');
  first.ping();
  await once(first, 'pong');
  const [peer] = server.peers;
  peer?.ping();
  await Promise.all([peer && once(peer, 'pong'), once(first, 'ping')]);
  peer?.send('hello');
  await once(first, 'message');
  await vi.waitFor(
    async () => {
      await handle.forceFlush();
      expect(metrics.map(({ name }) => name)).toContain('websocket.client.connection.silent');
    },
    { timeout: 30_000 },
  );
  await Promise.all([once(first, 'close'), server.stop()]);
  await fail();
  await server.start();
  server.refuseWith(401);
  await fail();
  server.refuseWith(undefined);
  const last = await open();
  const ended = [...server.peers].map((end) => once(end, 'close'));
  last.close(4000, 'bye');
  await Promise.all([once(last, 'close'), ...ended]);
  await handle.shutdown();
}, 60_000);
afterAll(() => Promise.all([server.close(), receiver.close()]));

async function open(): Promise<WebSocket> {
  const socket = new WebSocket(`${server.url}/rooms/7`, 'v12.stomp', { origin: 'https://app.example.com' });
  await once(socket, 'open');
  return socket;
}
async function fail(): Promise<void> {
  const socket = new WebSocket(`${server.url}/rooms/7`);
  socket.on('error', () => {});
  await new Promise((resolve) => socket.on('close', resolve));
}

/** Returns the type of an exported value, as a registry spells the type. */
function typeOf(value: Value): string {
  const [[kind = '', content] = []] = Object.entries(value);
  if (kind === 'arrayValue') return 'string[]';
  if (kind === 'intValue') return 'int';
  return kind === 'boolValue'
    ? 'boolean'
    : kind === 'doubleValue' || typeof content === 'number'
      ? 'double'
      : 'string';
}

/** Says what is wrong with exported attributes of a group, if anything is. */
function faults(groupId: string, attributes: readonly Attribute[], isSpan: boolean): string[] {
  const group = GROUPS.find(({ id }) => id === groupId);
  const references = group ? referencesOf(group) : [];
  const keys = attributes.map(({ key }) => key.replace(/^(http\.(?:request|response)\.header)\..+/, '$1'));
  const missing = references
    .filter(({ requirement_level: level, ref }) => level === 'required' && !keys.includes(ref))
    .map(({ ref }) => `lacks ${ref}`);
  const wrong = attributes.flatMap(({ value }, index) => {
    const key = keys[index] ?? '';
    if (!references.some(({ ref }) => ref === key)) return `has ${key}`;
    const { type } = ATTRIBUTES.get(key) ?? {};
    if (!type) return [];
    if (typeof type === 'object') {
      return type.members.some((member) => member.value === value['stringValue'])
        ? []
        : `${key} is ${JSON.stringify(value)}`;
    }
    // JSON has one kind of number: a whole number of seconds arrives as an integer.
    const expected = type === 'double' && typeOf(value) === 'int' ? 'int' : type;
    return typeOf(value) === expected ? [] : `${key} is ${typeOf(value)}`;
  });
  return [...(isSpan || missing.length ? missing : []), ...wrong].map((fault) => `${groupId} ${fault}`);
}

it('every metric arrives with the instrument and unit of the registry', () => {
  const arrived = metrics.map(
    ({ name, unit, histogram, sum }) =>
      `${name} ${histogram ? 'histogram' : sum?.isMonotonic ? 'counter' : 'updowncounter'} ${unit}`,
  );
  const expected = GROUPS.flatMap(({ metric_name: name, instrument, unit }) =>
    name ? `${name} ${instrument} ${unit}` : [],
  );
  expect([...new Set(arrived)].sort()).toEqual(expected.sort());
});

it('labels of metrics are those of the registry, with its types and values', () => {
  const found = metrics.flatMap(({ name, histogram, sum }) =>
    (histogram ?? sum)?.dataPoints.flatMap(({ attributes }) => faults(`metric.${name}`, attributes, false)),
  );
  expect([...new Set(found)]).toEqual([]);
});

it('attributes of spans are those of the registry, with its types and values', () => {
  const found = spans.flatMap(({ name, kind, attributes }) => {
    const [span] = name.split(' ');
    const side = span === 'websocket.reconnect' ? '' : kind === 2 ? '.server' : '.client';
    return faults(`span.${span}${side}`, attributes, true);
  });
  expect(found).toEqual([]);
  const kinds = spans.map(({ name, kind }) => `${name} ${kind}`);
  expect([...new Set(kinds)].sort()).toEqual([
    'websocket.close /rooms/{id} 2',
    'websocket.close /rooms/{id} 3',
    'websocket.reconnect /rooms/{id} 3',
  ]);
});
