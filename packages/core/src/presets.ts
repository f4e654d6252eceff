/**
 * Close codes of well-known application protocols, for the option `presets`. Each preset is a module of its own, so that
 * a bundler leaves out the others.
 * @module
 */
export { actionCable } from './presets/action-cable.ts';
export { centrifugo } from './presets/centrifugo.ts';
export { definePreset } from './presets/define-preset.ts';
export { discord } from './presets/discord.ts';
export { graphqlWs } from './presets/graphql-ws.ts';
export { hocuspocus } from './presets/hocuspocus.ts';
export { livekit } from './presets/livekit.ts';
export { phoenix } from './presets/phoenix.ts';
export type { Preset, PresetDefinition } from './presets/preset.ts';
export { pusher } from './presets/pusher.ts';
export { signalR } from './presets/signal-r.ts';
export { socketIo } from './presets/socket-io.ts';
export { subscriptionsTransportWs } from './presets/subscriptions-transport-ws.ts';
export { twitchEventSub } from './presets/twitch-event-sub.ts';
