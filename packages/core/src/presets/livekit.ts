import { definePreset } from './define-preset.ts';
import type { Preset } from './preset.ts';

/**
 * Close codes of LiveKit's signal connection, whose server closes with 1000 and says why in the reason. The preset
 * applies to paths that end with `/rtc`, `/rtc/v1` or `/agent`.
 * @see https://github.com/livekit/livekit/blob/master/pkg/service/wsprotocol.go
 */
export const livekit: Preset = /* @__PURE__ */ definePreset({
  urls: /\/(?:rtc(?:\/v\d+)?|agent)\/?$/,
  closeCodes: { 1000: { name: 'LiveKit signal closed', abnormal: false } },
});
