import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { WebSocket as Peer } from 'ws';
import { startWsServer, type WsServer } from '../helpers/start-ws-server.ts';
import { type App, startApp } from './start-app.ts';

let server: WsServer;
let receiver: OtlpReceiver;
let peers: Peer[];

beforeEach(async () => {
  peers = [];
  server = await startWsServer((peer) => peers.push(peer));
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  await server.close();
  await receiver.close();
});

/** A module of the app that tells its listeners what happens. */
function moduleOf(currentState?: string) {
  const listeners = new Set<(event: never) => void>();
  const add = (listener: (event: never) => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    listeners,
    emit(event: unknown) {
      for (const listener of listeners) listener(event as never);
    },
    appState: {
      currentState,
      addEventListener: (_type: 'change', listener: (event: never) => void) => ({ remove: add(listener) }),
    },
    netInfo: { addEventListener: add },
  };
}

async function open({ scope }: App): Promise<WebSocket> {
  const socket = new scope.WebSocket(`${server.url}/rooms/7`);
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  return socket;
}

/** Drops the connection of a socket. */
async function drop(socket: WebSocket): Promise<void> {
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
  for (const peer of peers.splice(0)) peer.terminate();
  await closed;
}

const LOST = '/rooms/7 client 1006 unclean none';

it.each([
  { states: [], cause: 'connection_lost', state: 'active', error: ' error=connection_lost' },
  { states: ['background'], cause: 'suspended', state: 'background', error: '' },
  // iOS may report the loss while the app comes back.
  { states: ['inactive', 'background', 'inactive'], cause: 'suspended', state: 'background', error: '' },
  { states: ['inactive', 'background', 'active'], cause: 'suspended', state: 'active', error: '' },
  { states: ['inactive'], cause: 'connection_lost', state: 'inactive', error: ' error=connection_lost' },
  {
    states: [undefined, 7, 'away'],
    cause: 'connection_lost',
    state: 'active',
    error: ' error=connection_lost',
  },
])('a loss after the states $states has the cause $cause', async ({ states, cause, state, error }) => {
  const { appState, emit, listeners } = moduleOf('active');
  const app = await startApp('0.88', 'android');
  const handle = app.closespan.instrumentWebSockets({ otlp: { url: receiver.url }, appState });
  const socket = await open(app);
  states.forEach(emit);
  await drop(socket);
  await handle.shutdown();
  expect(receiver.spans.map(closeLine)).toEqual([`${LOST} ${cause}${error}`]);
  expect(receiver.spans[0]?.attributes['websocket.app.state']).toBe(state);
  expect(listeners.size).toBe(0);
});

it('a connection that was made in the background, or after it, is lost by itself', async () => {
  const { appState, emit } = moduleOf('active');
  const app = await startApp('0.88', 'android');
  const handle = app.closespan.instrumentWebSockets({ otlp: { url: receiver.url }, appState });
  emit('background');
  await drop(await open(app));
  emit('active');
  await drop(await open(app));
  await handle.shutdown();
  const line = `${LOST} connection_lost error=connection_lost`;
  expect(receiver.spans.filter(({ name }) => name === 'websocket.close').map(closeLine)).toEqual([
    line,
    line,
  ]);
  expect(receiver.spans[0]?.attributes).not.toHaveProperty('websocket.suspended_duration');
});

it('sends what waits as the app goes to the background', async () => {
  const { appState, emit } = moduleOf('active');
  // Without the event closes are sent a second later, which never comes here.
  const app = await startApp('0.88', 'ios', {
    setTimeout: (act: () => void, millis = 0) => (millis < 400 ? setTimeout(act, millis) : undefined),
  });
  app.closespan.instrumentWebSockets({ otlp: { url: receiver.url }, appState });
  await drop(await open(app));
  emit('background');
  await receiver.waitForSpans(1);
});

it.each([
  { networks: [{ isConnected: true, type: 'wifi' }], cause: 'connection_lost', type: 'wifi' },
  { networks: [{ isConnected: false, type: 'none' }], cause: 'offline', type: 'unavailable' },
  {
    networks: [
      { isConnected: false, type: 'NONE' },
      { isConnected: true, type: 'CELLULAR' },
    ],
    cause: 'offline',
    type: 'cell',
  },
  { networks: [null, 7, { isConnected: null, type: {} }], cause: 'connection_lost', type: undefined },
])('a loss after the networks $networks has the cause $cause', async ({ networks, cause, type }) => {
  const { netInfo, emit, listeners } = moduleOf();
  const app = await startApp('0.88', 'android');
  const handle = app.closespan.instrumentWebSockets({ otlp: { url: receiver.url }, netInfo });
  const socket = await open(app);
  networks.forEach(emit);
  await drop(socket);
  await handle.shutdown();
  expect(receiver.spans.map(closeLine)).toEqual([`${LOST} ${cause} error=${cause}`]);
  expect(receiver.spans[0]?.attributes['network.connection.type']).toBe(type);
  expect(receiver.spans[0]?.attributes).not.toHaveProperty('websocket.app.state');
  expect(listeners.size).toBe(0);
  expect(app.lines).toEqual([]);
});

it('sends again at once as the network comes back', async () => {
  let isDown = true;
  const failing = await startOtlpReceiver({ status: () => (isDown ? 503 : 200), headers: () => ({}) });
  const { netInfo, emit } = moduleOf();
  // The pause after a failure never ends by itself.
  const app = await startApp('0.88', 'android', {
    setTimeout: (act: () => void, millis = 0) => (millis < 400 ? setTimeout(act, millis) : undefined),
  });
  const handle = app.closespan.instrumentWebSockets({ otlp: { url: failing.url }, netInfo });
  emit({ isConnected: true });
  await drop(await open(app));
  await handle.forceFlush();
  expect(failing.requests).toHaveLength(1);
  isDown = false;
  emit({ isConnected: false });
  emit({ isConnected: true });
  await failing.waitForSpans(1);
  await handle.shutdown();
  expect(failing.requests).toHaveLength(2);
  await failing.close();
});

it.each(['throws', 'returns nothing'])(
  'a module that %s costs at most one line of the log',
  async (fault) => {
    const addEventListener = () => {
      if (fault === 'throws') throw new Error('no module');
    };
    const app = await startApp('0.88', 'ios');
    const handle = app.closespan.instrumentWebSockets({
      otlp: { url: receiver.url },
      appState: { addEventListener },
      platform: {
        get OS() {
          throw new Error('no platform');
        },
      },
    });
    await drop(await open(app));
    await handle.shutdown();
    expect(receiver.spans).toHaveLength(1);
    expect(app.lines.filter((line) => line.includes('AppState'))).toHaveLength(fault === 'throws' ? 1 : 0);
    expect(app.lines.filter((line) => line.includes('Platform'))).toHaveLength(1);
  },
);
