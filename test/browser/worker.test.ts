import type { ReceivedSpan } from '@closespan/testing';
import { closeLine } from '@closespan/testing/close-line';
import { expect, inject, it } from 'vitest';

it('records the closes of a dedicated worker', async () => {
  const peers = inject('peers');
  const worker = new Worker(new URL('sockets.worker.ts', import.meta.url), { type: 'module' });
  const done = new Promise((resolve, reject) => {
    worker.onmessage = resolve;
    worker.onerror = reject;
  });
  worker.postMessage({ ...peers, serviceName: 'worker' });
  await done;
  worker.terminate();
  const spans: ReceivedSpan[] = await (await fetch(`${peers.api}/spans`)).json();
  const ofWorker = spans.filter(({ resource }) => resource['service.name'] === 'worker');
  expect(ofWorker.map(closeLine)).toEqual([
    '/server/1011 client 1011 clean remote server_error reason=from server error=server_error',
  ]);
});
