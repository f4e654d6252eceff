import { createRequire } from 'node:module';
import * as undici6 from 'undici6';
import * as undici7 from 'undici7';
import * as undici8 from 'undici8';
import { WebSocket as WsWebSocket } from 'ws';

/** Class of a client that has the members of the browser's `WebSocket`. */
export type Client = new (url: string) => globalThis.WebSocket;

/** Clients of Node, each with its name. */
export const CLIENTS: readonly [string, Client][] = [
  ['ws', WsWebSocket as unknown as Client],
  ['ws 7', createRequire(import.meta.url)('ws7')],
  ['the global WebSocket', globalThis.WebSocket],
  ['undici 6', undici6.WebSocket as unknown as Client],
  ['undici 7', undici7.WebSocket as unknown as Client],
  ['undici 8', undici8.WebSocket as unknown as Client],
];
