import { definePreset } from './define-preset.ts';
import type { Preset } from './preset.ts';

/**
 * Close codes of the Pusher Channels protocol, version 7, which servers such as Soketi and Laravel Reverb speak, too.
 * The preset applies to the protocol's paths, `/app/{key}`.
 * @see https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol, section "Error Codes"
 */
export const pusher: Preset = /* @__PURE__ */ definePreset({
  urls: /\/app\/[^/]+$/,
  closeCodes: {
    4000: { name: 'Only TLS connections are accepted', abnormal: true },
    4001: { name: 'Application does not exist', abnormal: true },
    4003: { name: 'Application disabled', abnormal: true },
    4004: { name: 'Application over connection quota', abnormal: true },
    4005: { name: 'Path not found', abnormal: true },
    4006: { name: 'Invalid version format', abnormal: true },
    4007: { name: 'Unsupported protocol version', abnormal: true },
    4008: { name: 'No protocol version', abnormal: true },
    4009: { name: 'Unauthorized', abnormal: true },
    4100: { name: 'Over capacity', abnormal: true },
    4200: { name: 'Reconnect', abnormal: false },
    4201: { name: 'No pong', abnormal: true },
    4202: { name: 'Inactive', abnormal: false },
    4301: { name: 'Client event over rate limit', abnormal: true },
    4302: { name: 'Watchlist limit exceeded', abnormal: true },
  },
});
