import { createRecorder } from '@closespan/core/platform';
import { createRecording } from '@closespan/core/recording';
import { afterEach, expect, it, vi } from 'vitest';
import { FACTS, openedConnection } from '../helpers/record-closes.ts';

const MISSING = [
  'crypto',
  'MessageChannel',
  'AbortSignal',
  'navigator',
  'fetch',
  'TextEncoder',
  'CloseEvent',
  'queueMicrotask',
  'BroadcastChannel',
];

afterEach(() => vi.unstubAllGlobals());

it.each([...MISSING.map((name) => [name]), MISSING])('a close has a record without %s', async (...names) => {
  for (const name of names) vi.stubGlobal(name, undefined);
  const reasons: string[] = [];
  const recorder = createRecorder(
    { otlp: false, closeHook: ({ requestedReason, code }) => void reasons.push(`${code}${requestedReason}`) },
    () => Promise.reject(new Error('no pipeline is needed here')),
    async () => ({ createRecording }),
  );
  const connection = openedConnection();
  connection.closing = { at: connection.startedAt, by: 'local', code: '4000', reason: 'bye' };
  recorder.record(connection, { ...FACTS, code: 4001 });
  await recorder.forceFlush();
  expect(reasons).toEqual(['4001bye']);
});
