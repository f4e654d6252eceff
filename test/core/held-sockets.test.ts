import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createQueueMemory, createRecorder, trackConnection } from '@closespan/core/platform';
import { createRecording } from '@closespan/core/recording';
import { expect, it } from 'vitest';
import { FACTS } from '../helpers/record-closes.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const COUNT = 1500;

it.each([
  { runtime: 'Node', memory: createQueueMemory(2 ** 27), held: 1000 },
  { runtime: 'a page', memory: undefined, held: 0 },
])(
  'closes that wait keep $held sockets alive in $runtime, and hold others weakly',
  async ({ memory, held }) => {
    const hooked: (object | undefined)[] = [];
    let load = () => {};
    const loaded = new Promise<void>((resolve) => {
      load = resolve;
    });
    const recorder = createRecorder(
      { otlp: {}, closeHook: (_record, _span, socket) => hooked.push(socket) },
      async () => {
        await loaded;
        return {
          tracerProvider: undefined,
          meterProvider: undefined,
          async forceFlush() {},
          async shutdown() {},
        };
      },
      async () => ({
        createRecording: (settings) => createRecording(memory ? { ...settings, memory } : settings),
      }),
    );
    await recorder.prepare();
    const sockets = Array.from({ length: COUNT }, () => {
      const socket = {};
      recorder.record(trackConnection(), FACTS, socket);
      return new WeakRef(socket);
    });
    // A target stays until the end of the turn in which its reference was made.
    await new Promise((resolve) => void setImmediate(resolve));
    collectGarbage();
    // The engine may hold some more, of the last calls.
    const alive = sockets.filter((socket) => socket.deref()).length;
    expect(Math.floor(alive / 10) * 10).toBe(held);
    await new Promise((resolve) => void setImmediate(resolve));
    load();
    await recorder.forceFlush();
    expect(hooked).toHaveLength(COUNT);
    expect(Math.floor(hooked.filter(Boolean).length / 10) * 10).toBe(held);
    await recorder.shutdown();
  },
);

it('without closeHook, a close that waits holds no socket', async () => {
  const pushed: object[] = [];
  const recorder = createRecorder(
    {},
    () => new Promise(() => {}),
    async () => ({
      createRecording: (settings) => ({
        ...createRecording(settings),
        isWanted: () => true,
        push: (closed) => pushed.push(closed),
      }),
    }),
  );
  await recorder.prepare();
  recorder.record(trackConnection(), FACTS, {});
  expect(pushed).toEqual([expect.objectContaining({ socket: undefined })]);
});
