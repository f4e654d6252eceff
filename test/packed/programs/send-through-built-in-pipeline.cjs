// Sends closes through the built-in pipeline, as CommonJS. Started by packed.test.ts.
const { describeCloseCode, instrumentWebSockets } = require('@closespan/node');
const { WebSocket, WebSocketServer } = require('ws');
const { closeOnce } = require('./close-once.cjs');

const handle = instrumentWebSockets();
closeOnce({ WebSocket, WebSocketServer })
  .then(() => handle.shutdown())
  .then(() => process.stdout.write(describeCloseCode(1006).name));
