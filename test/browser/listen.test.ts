import { expect, it } from 'vitest';
import { listen } from '../../packages/browser/src/listen.ts';

it('an error of a listener of closespan does not reach the page', async () => {
  const errors: string[] = [];
  const calls: string[] = [];
  const noteError = (event: ErrorEvent) => {
    errors.push(event.message);
    event.preventDefault();
  };
  addEventListener('error', noteError);
  const stop = listen(globalThis, {
    message() {
      calls.push('message');
      throw new Error('of closespan');
    },
  });
  const arrived = new Promise((resolve) => addEventListener('message', resolve, { once: true }));
  postMessage('of the page');
  await arrived;
  stop();
  removeEventListener('error', noteError);
  expect(calls).not.toEqual([]);
  expect(errors).toEqual([]);
});
