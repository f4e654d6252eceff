import { definePreset } from './define-preset.ts';
import type { Preset } from './preset.ts';

/**
 * Close codes of Twitch EventSub. The preset applies to the host `eventsub.wss.twitch.tv`.
 * @see https://dev.twitch.tv/docs/eventsub/handling-websocket-events/#close-message
 */
export const twitchEventSub: Preset = /* @__PURE__ */ definePreset({
  urls: /^wss?:\/\/eventsub\.wss\.twitch\.tv(?:[:/]|$)/,
  closeCodes: {
    4000: { name: 'Internal server error', abnormal: true },
    4001: { name: 'Client sent inbound traffic', abnormal: true },
    4002: { name: 'Client failed ping-pong', abnormal: true },
    4003: { name: 'Connection unused', abnormal: true },
    4004: { name: 'Reconnect grace time expired', abnormal: true },
    4005: { name: 'Network timeout', abnormal: true },
    4006: { name: 'Network error', abnormal: true },
    4007: { name: 'Invalid reconnect', abnormal: true },
  },
});
