// Closes a connection in an app that does not import closespan, as an ES module. Started by packed.test.ts.
import { WebSocket, WebSocketServer } from 'ws';
import { closeOnce } from './close-once.cjs';

await closeOnce({ WebSocket, WebSocketServer });
