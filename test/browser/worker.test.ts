import type { ReceivedSpan } from '@closespan/testing';
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
  expect(ofWorker).toHaveLength(1);
  expect(ofWorker[0]?.attributes).toMatchObject({
    'websocket.close.code': 1011,
    'error.type': 'server_error',
  });
});
