import { definePreset } from './define-preset.ts';
import type { Preset } from './preset.ts';

/**
 * Close codes of Action Cable (Rails), whose server closes with 1000 after a message that says why. Its client closes without a code. The preset applies
 * to the subprotocol `actioncable-v1-json`, and without a subprotocol to paths that end with `/cable`.
 * @see https://github.com/rails/rails/blob/main/actioncable/lib/action_cable/connection/client_socket.rb
 */
export const actionCable: Preset = /* @__PURE__ */ definePreset({
  subprotocols: ['actioncable-v1-json'],
  urls: /\/cable\/?$/,
  closeCodes: {
    1000: { name: 'Action Cable disconnect', abnormal: false },
    1005: { name: 'Action Cable disconnect', abnormal: false },
  },
});
