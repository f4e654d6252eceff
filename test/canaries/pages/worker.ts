import { instrumentWebSockets } from '@closespan/browser/worker';
import { type Plan, plantInPage } from '../plant-in-page.ts';

addEventListener('message', async ({ data }: MessageEvent<Plan>) => {
  const report = await plantInPage(instrumentWebSockets, data, (secrets) => {
    if (!location.href.includes(secrets.location)) throw new Error('The worker has another address');
  });
  postMessage(report);
});
