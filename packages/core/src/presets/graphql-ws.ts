import { definePreset } from './define-preset.ts';
import type { Preset } from './preset.ts';

/**
 * Close codes of GraphQL over WebSocket (subprotocol `graphql-transport-ws`), as the package `graphql-ws` sends them.
 * Without a subprotocol the preset applies to paths that end with `/graphql` or `/subscriptions`.
 * @see https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md and `CloseCode` in its `src/common.ts`
 */
export const graphqlWs: Preset = /* @__PURE__ */ definePreset({
  subprotocols: ['graphql-transport-ws'],
  urls: /\/(?:graphql|subscriptions)\/?$/,
  closeCodes: {
    4004: { name: 'Bad response', abnormal: true },
    4005: { name: 'Internal client error', abnormal: true },
    4400: { name: 'Bad request', abnormal: true },
    4401: { name: 'Unauthorized', abnormal: true },
    4403: { name: 'Forbidden', abnormal: true },
    4406: { name: 'Subprotocol not acceptable', abnormal: true },
    4408: { name: 'Connection initialisation timeout', abnormal: true },
    4409: { name: 'Subscriber already exists', abnormal: true },
    4429: { name: 'Too many initialisation requests', abnormal: true },
    4499: { name: 'Terminated', abnormal: true },
    4500: { name: 'Internal server error', abnormal: true },
    4504: { name: 'Connection acknowledgement timeout', abnormal: true },
  },
});
