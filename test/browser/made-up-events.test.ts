import { type CloseRecord, instrumentWebSockets } from '@closespan/browser';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';

const peers = inject('peers');
let records: string[];
let handle: ReturnType<typeof instrumentWebSockets>;
beforeEach(() => {
  records = [];
  handle = instrumentWebSockets({
    otlp: false,
    closeHook: ({ code, reason, initiator, cause }: CloseRecord) =>
      void records.push(`${code} ${reason} ${initiator} ${cause}`),
  });
});
afterEach(() => handle.shutdown());

const happens = (socket: WebSocket, type: string) =>
  new Promise((resolve) => {
    socket.addEventListener(type, resolve, { once: true });
  });

it('an event that a page dispatches on its socket ends no connection', async () => {
  const socket = new WebSocket(`${peers.ws}/client`);
  socket.dispatchEvent(new Event('open'));
  socket.dispatchEvent(new Event('error'));
  socket.dispatchEvent(new CloseEvent('close', { code: 4999, reason: 'made up' }));
  await happens(socket, 'open');
  socket.dispatchEvent(new CloseEvent('close', { code: 4999, reason: 'made up' }));
  socket.dispatchEvent(new Event('error'));
  socket.close(4001, 'real');
  socket.dispatchEvent(new Event('error'));
  await happens(socket, 'close');
  await handle.forceFlush();
  expect(records).toEqual(['4001 real local local_close']);
});

it('a getter of an event that a page dispatches does not run, and throws nothing into the page', async () => {
  class Trap extends Event {
    get code(): number {
      throw new Error('read');
    }
  }
  const thrown: string[] = [];
  const note = (event: ErrorEvent) => {
    thrown.push(event.message);
    event.preventDefault();
  };
  addEventListener('error', note);
  const socket = new WebSocket(`${peers.ws}/client`);
  await happens(socket, 'open');
  for (const type of ['open', 'error', 'close']) socket.dispatchEvent(new Trap(type));
  socket.close(4001, 'real');
  await happens(socket, 'close');
  await handle.forceFlush();
  removeEventListener('error', note);
  expect([records, thrown]).toEqual([['4001 real local local_close'], []]);
});

it('a close that a page dispatches while the real one is about to come is not believed', async () => {
  const socket = new WebSocket(`${peers.nobody}/nobody`);
  socket.addEventListener('error', () => {
    socket.dispatchEvent(new CloseEvent('close', { code: 4999, reason: 'made up', wasClean: true }));
  });
  let closes = 0;
  await new Promise<void>((resolve) => {
    socket.addEventListener('close', () => void (++closes === 2 && resolve()));
  });
  await handle.forceFlush();
  expect(records).toEqual(['1006  none handshake_failed']);
});

it('a wrapper that fires its own events is believed', async () => {
  class Wrapper extends EventTarget {
    readonly url = 'ws://wrapped.test/';
    readonly readyState = 0;
  }
  const wrapper = new Wrapper();
  handle.observe(wrapper as never);
  wrapper.dispatchEvent(new Event('open'));
  wrapper.dispatchEvent(new CloseEvent('close', { code: 4001, reason: 'wrapped', wasClean: true }));
  await handle.forceFlush();
  expect(records).toEqual(['4001 wrapped unknown unknown']);
});
