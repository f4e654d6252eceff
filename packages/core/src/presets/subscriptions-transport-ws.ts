import { definePreset } from './define-preset.ts';
import type { Preset } from './preset.ts';

/**
 * Close codes of the package `subscriptions-transport-ws` (subprotocols `graphql-ws` and `graphql-subscriptions`), the
 * older protocol of GraphQL subscriptions. Without a subprotocol the preset applies to paths that end with `/graphql`
 * or `/subscriptions`.
 * @see https://github.com/apollographql/subscriptions-transport-ws/blob/master/src/server.ts
 */
export const subscriptionsTransportWs: Preset = /* @__PURE__ */ definePreset({
  subprotocols: ['graphql-ws', 'graphql-subscriptions'],
  urls: /\/(?:graphql|subscriptions)\/?$/,
  closeCodes: {
    1002: { name: 'Subprotocol not acceptable', abnormal: true },
    1011: { name: 'Connection initialisation failed', abnormal: true },
  },
});
