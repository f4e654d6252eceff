// Sends closes through the built-in pipeline, as an ES module. Started by packed.test.ts.
import { describeCloseCode, instrumentWebSockets } from '@closespan/node';
import { WebSocket, WebSocketServer } from 'ws';
import { closeOnce } from './close-once.cjs';

const handle = instrumentWebSockets();
await closeOnce({ WebSocket, WebSocketServer });
await handle.shutdown();
process.stdout.write(describeCloseCode(1006).name);
