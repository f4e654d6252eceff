import { definePreset } from './define-preset.ts';
import type { Preset } from './preset.ts';

/**
 * Close codes of Engine.IO and Socket.IO, which close without a code. The preset applies to their default paths,
 * `/engine.io/` and `/socket.io/`.
 * @see https://github.com/socketio/socket.io/blob/main/packages/engine.io/lib/transports/websocket.ts
 */
export const socketIo: Preset = /* @__PURE__ */ definePreset({
  urls: /\/(?:engine|socket)\.io\/?$/,
  closeCodes: { 1005: { name: 'Engine.IO close', abnormal: false } },
});
