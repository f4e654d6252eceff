// Uses the types of every package as CommonJS. Compiled by packed.test.ts.
import { instrumentWebSockets as inBrowser } from '@closespan/browser';
import {
  AbnormalCloseSampler,
  describeCloseCode,
  instrumentWebSockets,
  WebSocketInstrumentation,
} from '@closespan/node';
import '@closespan/node/register';

const handle = instrumentWebSockets({ closeCodes: { 4401: { name: 'Unauthorized', abnormal: true } } });
export const flushed: Promise<void> = handle.forceFlush();
export const name: string = describeCloseCode(1006).name;
export const instrumentation: { enable(): void; disable(): void } = new WebSocketInstrumentation({
  parent: 'creation',
});
export const sampler = new AbnormalCloseSampler({ shouldSample: () => ({ decision: 0 }) });
// @ts-expect-error a wrong option is a type error, too
inBrowser({ spanTiming: 'open' });
