import { definePreset } from './define-preset.ts';
import type { Preset } from './preset.ts';

/**
 * Close codes of Centrifugo and of the library Centrifuge. The preset applies to the subprotocol
 * `centrifuge-protobuf`, and without a subprotocol to the default paths `/connection/websocket` and
 * `/connection/uni_websocket`.
 * @see https://centrifugal.dev/docs/server/codes and `disconnect.go` of https://github.com/centrifugal/centrifuge
 */
export const centrifugo: Preset = /* @__PURE__ */ definePreset({
  subprotocols: ['centrifuge-protobuf'],
  urls: /\/connection\/(?:uni_)?websocket$/,
  closeCodes: {
    3000: { name: 'Connection closed', abnormal: false },
    3001: { name: 'Shutdown', abnormal: false },
    3004: { name: 'Internal server error', abnormal: true },
    3005: { name: 'Connection expired', abnormal: false },
    3006: { name: 'Subscription expired', abnormal: false },
    3008: { name: 'Slow', abnormal: true },
    3009: { name: 'Write error', abnormal: true },
    3010: { name: 'Insufficient state', abnormal: true },
    3011: { name: 'Force reconnect', abnormal: false },
    3012: { name: 'No pong', abnormal: true },
    3013: { name: 'Too many requests', abnormal: true },
    3014: { name: 'State invalidated', abnormal: false },
    3500: { name: 'Invalid token', abnormal: true },
    3501: { name: 'Bad request', abnormal: true },
    3502: { name: 'Stale', abnormal: true },
    3503: { name: 'Force disconnect', abnormal: false },
    3504: { name: 'Connection limit', abnormal: true },
    3505: { name: 'Channel limit', abnormal: true },
    3506: { name: 'Inappropriate protocol', abnormal: true },
    3507: { name: 'Permission denied', abnormal: true },
    3508: { name: 'Not available', abnormal: true },
    3509: { name: 'Too many errors', abnormal: true },
  },
});
