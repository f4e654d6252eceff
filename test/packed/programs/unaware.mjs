import { WebSocket, WebSocketServer } from 'ws';
import { closeOnce } from './close-once.cjs';

// An app that knows nothing of us.
await closeOnce({ WebSocket, WebSocketServer });
