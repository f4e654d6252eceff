import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as core from '@closespan/core';
import { parser } from '@grafana/lezer-traceql';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findPrograms } from '../programs/find-programs.ts';
import { type Collector, startCollector } from './helpers/start-collector.ts';
import { type Jaeger, startJaeger, tagsOf } from './helpers/start-jaeger.ts';

const page = readFileSync(new URL('../searches.md', import.meta.url), 'utf8');
const traceql = page.split('```traceql\n')[1]?.split('\n```')[0]?.split('\n') ?? [];
const { collector, jaeger } = findPrograms();

it.each(traceql)('is TraceQL: %s', (query) => {
  const errors: number[] = [];
  parser.parse(query).iterate({
    enter({ type, from }) {
      if (type.isError) errors.push(from);
    },
  });
  expect(errors).toEqual([]);
});

it('names only attributes that something emits', () => {
  const names = Object.values(core).filter((value) => typeof value === 'string');
  const used = [...page.matchAll(/\bwebsocket\.[a-z_.]*[a-z]/g)].map(([name]) => name);
  expect(used.length).toBeGreaterThan(10);
  for (const name of used) expect(names).toContain(name);
});

describe.skipIf(!(collector && jaeger))('in Jaeger', () => {
  let store: Jaeger;
  let gateway: Collector;
  let agent: Collector;
  beforeAll(async () => {
    store = await startJaeger();
    gateway = await startCollector('gateway', { TRACE_STORE: store.otlpGrpc, DECISION_WAIT: '1s' });
    agent = await startCollector('agent', { GATEWAY: gateway.otlpGrpc });
    const program = fileURLToPath(new URL('fixtures/record-long-lived-closes.ts', import.meta.url));
    await once(fork(program, [agent.otlpHttp]), 'exit');
    await vi.waitUntil(async () => (await store.find('long-lived')).length === 2, { timeout: 20_000 });
  });
  afterAll(async () => {
    for (const program of [agent, gateway, store]) await program?.stop();
  });

  it('the end of a connection of six hours is in the last minutes, with its lifetime', async () => {
    const [span] = await store.find('long-lived', {
      operation: 'websocket.close',
      tags: '{"websocket.close.code":"1006","error":"true"}',
      start: `${(Date.now() - 120_000) * 1000}`,
      end: `${Date.now() * 1000}`,
    });
    if (!span) throw new Error('not found');
    expect(span.duration).toBeLessThan(60e6);
    expect(tagsOf(span)['websocket.connection.duration']).toBeCloseTo(6 * 3600, -1);
  });

  it.each([
    { tags: '{"websocket.close.cause":"connection_reset"}', found: 1 },
    { tags: '{"error.type":"ECONNRESET"}', found: 1 },
    { tags: '{"websocket.transport.end":"reset"}', found: 1 },
    { tags: '{"websocket.close.code":"1000"}', found: 0 },
  ])('$tags finds $found', async ({ tags, found }) => {
    expect(await store.find('long-lived', { tags })).toHaveLength(found);
  });

  it('neither user info nor query nor a long reason is kept', async () => {
    const [span] = await store.find('long-lived', { tags: '{"websocket.close.code":"1011"}' });
    expect(span && tagsOf(span)).toMatchObject({
      'url.full': 'wss://chat.example.com/rooms/7',
      'websocket.close.reason': expect.stringMatching(/^é{1,123}$/),
    });
  });

  it('the gateway has counted how TCP ended', async () => {
    const counted = async () => {
      const text = await (await fetch(`http://${gateway.metrics}/metrics`)).text();
      return text.split('\n').filter((line) => line.startsWith('traces_websocket_transport_end_total{'));
    };
    await expect.poll(counted, { timeout: 20_000 }).toHaveLength(1);
    const [line = ''] = await counted();
    expect(line).toMatch(/ 1(\.0)?( |$)/);
    for (const label of [
      'service_name="long-lived"',
      'server_address="chat.example.com"',
      'websocket_close_cause="connection_reset"',
      'websocket_transport_end="reset"',
    ])
      expect(line).toContain(label);
  });

  it('the API of version 3 finds it too', async () => {
    const time = (offset: number) => new Date(Date.now() + offset).toISOString();
    const query = new URLSearchParams({
      'query.service_name': 'long-lived',
      'query.start_time_min': time(-120_000),
      'query.start_time_max': time(0),
      'query.attributes': '{"websocket.close.code":"1006"}',
    });
    const response = await fetch(`${store.url}/api/v3/traces?${query}`);
    expect(await response.text()).toContain('connection_reset');
  });
});
