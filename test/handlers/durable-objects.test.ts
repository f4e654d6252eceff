import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { closeLine, type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { WORKERD } from '../helpers/runtimes.ts';
import { startWorkerd, type Workerd } from '../helpers/start-workerd.ts';

const program = fileURLToPath(new URL('fixtures/durable-objects.mjs', import.meta.url));
const CLASSES = ['Room', 'Legacy', 'Crossws', 'PartyAwake', 'PartyAsleep'];
/** Time without an event after which workerd lets a Durable Object hibernate, and some more. */
const HIBERNATION = 11_500;

const ENDINGS: Readonly<Record<string, (client: WebSocket) => void>> = {
  server: (client) => client.send('close 4001 bye'),
  client: (client) => client.close(4002, 'client'),
  drop: (client) => client.terminate(),
};
const SERVER = 'server 4001 clean local local_close reason=bye';
const CLIENT = 'server 4002 clean remote remote_close reason=client';
const DROP = 'server 1006 unclean none connection_lost error=connection_lost';

const clients: WebSocket[] = [];
async function open(worker: Workerd, path: string): Promise<WebSocket> {
  const client = new WebSocket(`${worker.url.replace('http', 'ws')}${path}?token=secret`);
  client.on('error', () => {});
  clients.push(client);
  await once(client, 'open');
  return client;
}

async function ask(client: WebSocket, text: string): Promise<string> {
  client.send(text);
  const [data] = await once(client, 'message');
  return String(data);
}

/** The worker exports a moment after the ends. */
const poll = <T>(read: () => T) => expect.poll(read, { timeout: 10_000 });

/** Ends connections of every kind in every way, and returns what the app saw. */
async function runAll(worker: Workerd): Promise<string[]> {
  const asleep = sleepAndWake(worker);
  for (const kind of ['room/own', 'room/plain', 'legacy', 'crossws', 'fallback', 'awake', 'asleep', 'hono']) {
    for (const [how, end] of Object.entries(ENDINGS)) {
      const client = await open(worker, `/${kind}/${how}`);
      end(client);
    }
  }
  const broken = await open(worker, '/room/broken');
  (broken as unknown as { _socket: import('node:net').Socket })._socket.write(Buffer.from([0xff, 0x00]));
  const slow = await Promise.all([open(worker, '/room/slow/1'), open(worker, '/room/slow/2')]);
  for (const client of slow) client.close(4003);
  return asleep;
}

/** Lets Durable Objects hibernate while connections are open. Returns what their clients were told. */
async function sleepAndWake(worker: Workerd): Promise<string[]> {
  const opened = await Promise.all(
    ['/room/woken', '/room/big', '/asleep/woken', '/crossws/woken'].map((path) => open(worker, path)),
  );
  const [woken, big] = opened as [WebSocket, WebSocket];
  const told = [await ask(woken, 'too-big'), await ask(big, 'big 16300')];
  await new Promise((resolve) => setTimeout(resolve, HIBERNATION));
  told.push(await ask(woken, 'awake'), await ask(big, 'awake'));
  for (const client of opened) client.close(4004);
  return told;
}

describe.skipIf(!WORKERD)('Durable Objects, whose handlers are observed', () => {
  let receiver: OtlpReceiver;
  const workers: Workerd[] = [];
  const told: string[][] = [];
  const seen: string[][] = [];
  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    for (const MODE of ['bare', 'observed'])
      workers.push(await startWorkerd(WORKERD ?? '', program, { MODE, OTLP: receiver.url }, CLASSES));
    told.push(...(await Promise.all(workers.map(runAll))));
    for (const worker of workers) {
      const events = (await (await fetch(`${worker.url}/seen`)).json()) as unknown[];
      seen.push(events.map((event) => JSON.stringify(event).replace(/127[.]0[.]0[.]1:\d+/, 'host')).sort());
    }
  }, 60_000);
  afterAll(async () => {
    // workerd waits for open connections.
    for (const client of clients) client.terminate();
    for (const worker of workers) await worker.stop();
    await receiver?.close();
  });

  const linesOf = (prefix: string) =>
    receiver.spans
      .map(closeLine)
      .filter((line) => line.startsWith(prefix))
      .map((line) => line.slice(prefix.length))
      .sort();
  const spanOf = (path: string): ReceivedSpan | undefined =>
    receiver.spans.find(({ attributes }) => attributes['url.path'] === path);

  it.each(['/room/own', '/room/plain', '/legacy', '/crossws', '/awake', '/asleep'])(
    'records each end of %s once',
    async (kind) => {
      await poll(() => linesOf(`${kind}/`).filter((line) => !line.startsWith('woken'))).toEqual([
        `client ${CLIENT}`,
        `drop ${DROP}`,
        `server ${SERVER}`,
      ]);
    },
  );

  it('records sockets that do not hibernate once, with what the library shows', async () => {
    await poll(() => linesOf('/hono/')).toEqual([
      'client server 4002 clean unknown unknown reason=client',
      'drop server 1006 unclean unknown connection_lost error=connection_lost',
      'server server 4001 clean unknown unknown reason=bye',
    ]);
    // A close of ours closes the client's half of a pair in crossws, and so is no end yet.
    await poll(() => linesOf('/fallback/')).toEqual([`client ${CLIENT}`, `drop ${DROP}`]);
  });

  it('records a protocol error, after which no other handler is called', async () => {
    await poll(() => linesOf('/room/broken')).toEqual([
      ' server 1006 unclean unknown protocol_error synthetic error=protocol_error',
    ]);
  });

  it('knows times, URL and id of a connection that has hibernated', async () => {
    for (const path of ['/room/woken', '/asleep/woken', '/crossws/woken'])
      await poll(() => linesOf(path)).toEqual([' server 4004 clean remote remote_close']);
    expect(spanOf('/room/woken')?.attributes).toMatchObject({
      'websocket.connection.id': expect.stringMatching(/^[0-9a-f]{16}$/),
      'websocket.handshake.duration': expect.any(Number),
    });
    expect(spanOf('/room/woken')?.attributes['websocket.connection.duration']).toBeGreaterThan(
      HIBERNATION / 1000,
    );
  });

  it('says less of a connection whose attachment the app needs whole, or whose request nobody can tell', async () => {
    const nameless = () =>
      receiver.spans
        .filter(({ attributes }) => !attributes['url.path'])
        .map(closeLine)
        .sort();
    await poll(nameless).toEqual([
      'server 4003 clean remote remote_close',
      'server 4004 clean unknown unknown',
    ]);
    // The request of the second one was the only one left.
    expect(linesOf('/room/slow/')).toHaveLength(1);
  });

  it('changes nothing that the app and its clients see', () => {
    expect(told[1]).toEqual(told[0]);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0]?.filter((event) => event.startsWith('["found"')).length).toBeGreaterThan(0);
    expect(JSON.stringify(receiver.spans)).not.toContain('secret');
  });
});

it.skipIf(!WORKERD)('counts messages of Durable Objects in both directions', async () => {
  const receiver = await startOtlpReceiver();
  const env = { MODE: 'messages', OTLP: receiver.url };
  const worker = await startWorkerd(WORKERD ?? '', program, env, CLASSES);
  const paths = ['/room/own', '/room/plain', '/hono/own'];
  for (const path of paths) {
    const client = await open(worker, path);
    // A room sends the text back; a handler of Hono sends nothing.
    if (path.startsWith('/room')) await ask(client, 'hello');
    else client.send('hello');
    client.close(4002);
    await once(client, 'close');
  }
  const counts = () =>
    receiver.spans.map(({ attributes }) => [
      attributes['url.path'],
      ...['received.count', 'received.size', 'sent.count', 'sent.size'].map(
        (name) => attributes[`websocket.message.${name}`],
      ),
    ]);
  await poll(counts).toEqual([
    ['/room/own', 1, 5, 1, 5],
    ['/room/plain', 1, 5, 1, 5],
    // Hono calls no handler for the opening there, and counts are complete or absent.
    ['/hono/own', undefined, undefined, undefined, undefined],
  ]);
  for (const client of clients) client.terminate();
  await worker.stop();
  await receiver.close();
});
