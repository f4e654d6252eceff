import { definePreset } from './define-preset.ts';
import type { Preset } from './preset.ts';

/**
 * Close codes of Hocuspocus, a server for Yjs. The protocol has no subprotocol and no fixed path. The preset applies to
 * paths with a part `collaboration` or `hocuspocus`; for another path write `definePreset({ ...hocuspocus, urls: /\/docs\// })`.
 * @see https://github.com/ueberdosis/hocuspocus/blob/main/packages/common/src/CloseEvents.ts
 */
export const hocuspocus: Preset = /* @__PURE__ */ definePreset({
  urls: /\/(?:collaboration|hocuspocus)(?:\/|$)/,
  closeCodes: {
    4205: { name: 'Reset Connection', abnormal: false },
    4401: { name: 'Unauthorized', abnormal: true },
    4403: { name: 'Forbidden', abnormal: true },
    4408: { name: 'Connection Timeout', abnormal: true },
  },
});
