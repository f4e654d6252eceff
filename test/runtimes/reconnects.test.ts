import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RestartingServer, startRestartingServer } from '../helpers/restarting-server.ts';
import { type ProgramEnd, startNode } from '../helpers/run-node.ts';
import { BUN, DENO } from '../helpers/runtimes.ts';

const program = fileURLToPath(new URL('fixtures/connect-on-command.mjs', import.meta.url));

/** A program that opens and closes clients as it is told. */
interface Clients {
  /** Sends a command. Resolves to the next lines of the output: one, or as many as are asked for. */
  tell(command: string, lines?: number): Promise<string[]>;
  /** Resolves to the next lines of the output. */
  next(lines?: number): Promise<string[]>;
  /** Ends the standard input, so that the program has nothing left to do. */
  finish(): void;
  kill(signal: NodeJS.Signals): void;
  readonly end: Promise<ProgramEnd>;
}

let receiver: OtlpReceiver;
let server: RestartingServer;
let spool: string;
let clients: Clients;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  server = await startRestartingServer();
  spool = await mkdtemp(join(tmpdir(), 'closespan-'));
});
afterEach(async () => {
  clients.kill('SIGKILL');
  await clients.end;
  await server.close();
  await receiver.close();
  await rm(spool, { recursive: true });
});

async function start(binary: string, args: readonly string[], library: string, env = {}): Promise<void> {
  const { child, end } = startNode(binary, [...args, program, server.url, library], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    CLOSESPAN_EXIT_TIMEOUT: '60000',
    ...env,
  });
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('no pipes');
  const output = createInterface({ input: stdout })[Symbol.asyncIterator]();
  async function next(lines = 1): Promise<string[]> {
    const read: string[] = [];
    while (read.length < lines) {
      const { done, value } = await output.next();
      if (done) throw new Error(`ended after ${read}: ${(await end).stderr}`);
      read.push(value);
    }
    return read;
  }
  clients = {
    tell(command, lines) {
      stdin.write(`${command}\n`);
      return next(lines);
    },
    next,
    finish: () => stdin.end(),
    kill: (signal) => child.kill(signal),
    end,
  };
  expect(await next()).toEqual(['ready']);
}

const closes = () =>
  receiver.spans
    .filter(({ name }) => name === 'websocket.close')
    .sort(
      (a, b) =>
        Number(a.attributes['websocket.reconnect.attempt'] ?? 0) -
        Number(b.attributes['websocket.reconnect.attempt'] ?? 0),
    );
const outages = () => receiver.spans.filter(({ name }) => name === 'websocket.reconnect');
const words = ({ statusCode, attributes }: ReceivedSpan) =>
  [
    statusCode,
    attributes['websocket.close.cause'],
    attributes['websocket.reconnect.attempts'],
    attributes['websocket.reconnect.causes'],
  ].join(' ');
const attemptOf = ({ attributes }: ReceivedSpan) =>
  `${attributes['websocket.close.cause']} ${attributes['websocket.reconnect.attempt']}`;
const previousOf = ({ links }: ReceivedSpan) =>
  links.find(({ attributes }) => attributes['websocket.link.type'] === 'previous_connection')?.spanId;
const downtimes = () => receiver.points.filter(({ name }) => name === 'websocket.client.reconnect.downtime');

const rows = [
  { runtime: 'Bun', library: 'global', ...BUN },
  { runtime: 'Bun', library: 'ws', ...BUN },
  { runtime: 'Deno', library: 'global', ...DENO },
  { runtime: 'Deno', library: 'ws', ...DENO },
].filter(({ binary }) => binary);

describe.each(rows)('clients of $library on $runtime', ({ binary = '', args, library }) => {
  it('make one chain across ten failed attempts', async () => {
    await start(binary, args, library);
    expect(await clients.tell('connect /chat')).toEqual(['open']);
    await Promise.all([server.stop(), clients.next()]);
    for (let i = 0; i < 5; i++) expect(await clients.tell('connect /chat')).toEqual(['failed']);
    await server.start();
    server.refuseWith(503);
    for (let i = 0; i < 5; i++) expect(await clients.tell('connect /chat')).toEqual(['failed']);
    server.refuseWith(undefined);
    expect(await clients.tell('connect /chat')).toEqual(['open']);
    await clients.tell('flush');
    const [outage] = outages() as [ReceivedSpan];
    expect(outages().map(words)).toEqual(['1 connection_lost 11 handshake_failed,handshake_rejected']);
    await clients.tell('close 1000');
    await clients.tell('shutdown');
    expect(closes().map(attemptOf)).toEqual([
      'connection_lost undefined',
      ...Array.from({ length: 5 }, (_, i) => `handshake_failed ${i + 1}`),
      ...Array.from({ length: 5 }, (_, i) => `handshake_rejected ${i + 6}`),
      'local_close 11',
    ]);
    const ids = closes().map(({ spanId }) => spanId);
    expect(closes().map(previousOf)).toEqual([undefined, ...ids.slice(0, -1)]);
    expect(previousOf(outage)).toBe(ids[0]);
    expect(outage.startTime).toBeCloseTo(closes()[0]?.endTime ?? 0, 1);
    expect(downtimes().at(-1)).toMatchObject({
      attributes: { 'websocket.close.cause': 'connection_lost', 'server.address': '127.0.0.1' },
    });
  });

  it('match several sockets to one URL first lost, first back', async () => {
    await start(binary, args, library);
    for (let i = 0; i < 3; i++) expect(await clients.tell('connect /chat')).toEqual(['open']);
    const [a, b, c] = [...server.peers];
    for (const peer of [b, c, a]) {
      peer?.terminate();
      expect(await clients.next()).toEqual(['closed']);
    }
    await clients.tell('flush');
    const losses = receiver.spans.map(({ spanId }) => spanId);
    expect(losses).toHaveLength(3);
    for (let i = 0; i < 3; i++) expect(await clients.tell('connect /chat')).toEqual(['open']);
    await clients.tell('flush');
    expect(outages().map(previousOf)).toEqual(losses);
  });

  it.each([
    ['has nothing left to do', () => clients.finish()],
    ['is killed by a signal', () => clients.kill('SIGTERM')],
  ])('send an outage as an error when the process %s while down', async (_how, finish) => {
    await start(binary, args, library);
    await clients.tell('connect /chat');
    await Promise.all([server.stop(), clients.next()]);
    expect(await clients.tell('connect /chat')).toEqual(['failed']);
    finish();
    await clients.end;
    expect(outages().map(words)).toEqual(['2 connection_lost 1 handshake_failed']);
  });

  it('store an outage at an exit, and the next process sends it', async () => {
    await start(binary, args, library, { SPOOL: spool });
    await clients.tell('connect /chat');
    await Promise.all([server.stop(), clients.next()]);
    expect(await clients.tell('connect /chat')).toEqual(['failed']);
    await clients.tell('exit', 0);
    await clients.end;
    expect(outages()).toEqual([]);
    await start(binary, args, library, { SPOOL: spool });
    clients.finish();
    await clients.end;
    expect(outages().map(words)).toEqual(['2 connection_lost 1 handshake_failed']);
  });
});
