import { definePreset } from './define-preset.ts';
import type { Preset } from './preset.ts';

/**
 * Close codes of Phoenix channels and LiveView, whose client closes without a code, or with 1000. The preset applies to the subprotocol
 * `phoenix`, and without a subprotocol to paths that end with `/websocket`, as Phoenix's client makes them.
 * @see https://github.com/phoenixframework/phoenix/blob/main/assets/js/phoenix/socket.js
 */
export const phoenix: Preset = /* @__PURE__ */ definePreset({
  subprotocols: ['phoenix'],
  urls: /\/(?:socket|live)\/websocket$/,
  closeCodes: {
    1000: { name: 'Phoenix disconnect', abnormal: false },
    1005: { name: 'Phoenix disconnect', abnormal: false },
  },
});
