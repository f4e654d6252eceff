import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { instrumentWebSockets, type WebSocketHandle } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { suppressTracing } from '@opentelemetry/core';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { endWsServer } from '../helpers/end-ws-server.ts';

let receiver: OtlpReceiver;
let server: WebSocketServer;
let handle: WebSocketHandle;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
});
afterEach(async () => {
  await endWsServer(server);
  await handle.shutdown();
  await receiver.close();
  context.disable();
});
const port = () => (server.address() as AddressInfo).port;

/** Opens a client and sends pings from both ends, each after the pong of the one before. */
async function ping(times: number, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const connection = once(server, 'connection');
  const client = new WebSocket(`ws://127.0.0.1:${port()}/room/7?token=secret`, { headers });
  await once(client, 'open');
  const [peer] = await connection;
  for (let i = 0; i < times; i++) {
    for (const socket of [peer, client]) {
      socket.ping();
      await once(socket, 'pong');
    }
  }
}

const trips = () => receiver.points.filter(({ name }) => name.endsWith('.ping.duration'));

it('measures the round trips of open connections of both ends', async () => {
  handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  await ping(3);
  await expect
    .poll(() => handle.forceFlush().then(() => trips().map(({ value }) => value)), { timeout: 10_000 })
    .toEqual([3, 3]);
  for (const { name, unit, attributes, sum, bounds } of trips()) {
    expect(name).toMatch(/^websocket\.(client|server)\.ping\.duration$/);
    expect(unit).toBe('s');
    expect(attributes).toEqual({ 'server.address': '127.0.0.1', 'server.port': port() });
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThan(10);
    expect(bounds).toContain(0.001);
  }
});

it('measures nothing without pings', async () => {
  handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  await ping(0);
  for (const peer of server.clients) peer.close();
  await expect.poll(() => handle.forceFlush().then(() => receiver.points.length)).toBeGreaterThan(0);
  expect(trips()).toEqual([]);
});

it('labels few of the hosts that strangers name', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter });
  const meterProvider = new MeterProvider({ readers: [reader] });
  handle = instrumentWebSockets({ otlp: false, meterProvider });
  await ping(1);
  for (let i = 0; i < 60; i++) await ping(1, { host: `host-${i}.example.com` });
  const hosts = async () => {
    await meterProvider.forceFlush();
    const metrics = exporter
      .getMetrics()
      .slice(-1)
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((one) => one.metrics));
    const ofServer = metrics.find(({ descriptor }) => descriptor.name === 'websocket.server.ping.duration');
    return ofServer?.dataPoints.map(({ attributes }) => attributes['server.address']) ?? [];
  };
  // The provider is looked for a second after the first connection.
  await expect.poll(async () => (await hosts()).length, { timeout: 10_000 }).toBeGreaterThan(10);
  expect((await hosts()).length).toBeLessThanOrEqual(51);
  await meterProvider.shutdown();
});

it('measures no pings of an exporter', async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  const connection = once(server, 'connection');
  const client = context.with(
    suppressTracing(context.active()),
    () => new WebSocket(`ws://127.0.0.1:${port()}/otlp`),
  );
  await once(client, 'open');
  const [peer] = await connection;
  client.ping();
  await once(client, 'pong');
  peer.ping();
  await once(peer, 'pong');
  await expect
    .poll(() => handle.forceFlush().then(() => trips().map(({ name }) => name)), { timeout: 10_000 })
    .toEqual(['websocket.server.ping.duration']);
});
