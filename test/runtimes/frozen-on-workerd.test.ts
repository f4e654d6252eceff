import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { WORKERD } from '../helpers/runtimes.ts';
import { startWorkerd } from '../helpers/start-workerd.ts';

const PROGRAM = fileURLToPath(new URL('fixtures/frozen-on-workerd.mjs', import.meta.url));
const ALL = [
  '/app client 4200 clean local local_close reason=app',
  '/peer client 4100 clean remote remote_close reason=peer',
];
/** Who closed is not claimed if calls of `close()` go unseen. */
const UNCLAIMED = ALL.map((line) => line.replace(/local local_close|remote remote_close/, 'unknown unknown'));
const FROZEN = [
  { what: 'nothing', lines: ALL },
  { what: 'class', lines: ALL },
  { what: 'prototype', lines: UNCLAIMED },
  { what: 'close', lines: UNCLAIMED },
  { what: 'events', lines: ALL },
  { what: 'global', lines: [] },
];

describe.skipIf(!WORKERD)('in workerd', () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  beforeAll(async () => {
    server.on('connection', (peer, { url }) => url === '/peer' && peer.close(4100, 'peer'));
    if (!server.address()) await once(server, 'listening');
  });
  afterAll(() => {
    server.close();
  });

  /** Runs a worker of its own, since nothing can be unfrozen. Returns each close that arrived. */
  async function run(what: string, when: string) {
    const target = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const receiver = await startOtlpReceiver();
    const workerd = await startWorkerd(WORKERD ?? '', PROGRAM, { OTLP: receiver.url });
    const response = await fetch(`${workerd.url}/?${new URLSearchParams({ target, what, when })}`);
    const { native, seen } = (await response.json()) as Record<'native' | 'seen', unknown[]>;
    await workerd.stop();
    await receiver.close();
    expect(native).toHaveLength(2);
    expect(seen).toEqual(Array(4).fill(native));
    return receiver.spans
      .filter(({ name }) => name === 'websocket.close')
      .map(closeLine)
      .sort();
  }
  /** Three of the four rounds are observed. */
  const thrice = (lines: readonly string[]) => lines.flatMap((line) => [line, line, line]).sort();

  it.each(FROZEN)('a worker that froze $what before the call is not harmed', async ({ what, lines }) => {
    expect(await run(what, 'before')).toEqual(thrice(lines));
  });

  it.each(FROZEN)('a worker that freezes $what after the call is told all', async ({ what }) => {
    expect(await run(what, 'after')).toEqual(thrice(ALL));
  });
});
