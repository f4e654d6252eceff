import type { Parts } from './browser-platform.ts';

/**
 * Returns a rejected promise, since the single file of a script tag counts no messages. The build uses this module in
 * place of `static-messages.ts` for that file.
 */
export const loadMessages: Parts['loadMessages'] = () =>
  Promise.reject(new Error('closespan.js has no messages: use @closespan/browser'));
