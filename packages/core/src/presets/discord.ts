import { definePreset } from './define-preset.ts';
import type { Preset } from './preset.ts';

/**
 * Close codes of Discord's gateway. The preset applies to the hosts of `discord.gg` whose names begin with `gateway`.
 * @see https://docs.discord.com/developers/topics/opcodes-and-status-codes, "Gateway Close Event Codes"
 */
export const discord: Preset = /* @__PURE__ */ definePreset({
  urls: /^wss?:\/\/gateway[\w-]*\.discord\.gg(?:[:/]|$)/,
  closeCodes: {
    4000: { name: 'Unknown error', abnormal: true },
    4001: { name: 'Unknown opcode', abnormal: true },
    4002: { name: 'Decode error', abnormal: true },
    4003: { name: 'Not authenticated', abnormal: true },
    4004: { name: 'Authentication failed', abnormal: true },
    4005: { name: 'Already authenticated', abnormal: true },
    4007: { name: 'Invalid seq', abnormal: true },
    4008: { name: 'Rate limited', abnormal: true },
    4009: { name: 'Session timed out', abnormal: true },
    4010: { name: 'Invalid shard', abnormal: true },
    4011: { name: 'Sharding required', abnormal: true },
    4012: { name: 'Invalid API version', abnormal: true },
    4013: { name: 'Invalid intents', abnormal: true },
    4014: { name: 'Disallowed intents', abnormal: true },
  },
});
