/** Echo server of `websocket`. Prints its port; ends at SIGTERM. Started by `autobahn-suites.ts`. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import websocket from 'websocket';

const httpServer = createServer();
const server = new websocket.server({
  httpServer,
  autoAcceptConnections: true,
  maxReceivedFrameSize: 2 ** 24,
});
server.on('connect', (connection) => {
  connection.on('error', () => {});
  connection.on('message', (message) => {
    if (message.type === 'utf8') connection.sendUTF(message.utf8Data);
    else connection.sendBytes(message.binaryData);
  });
});
httpServer.listen(0, '127.0.0.1', () => console.log((httpServer.address() as AddressInfo).port));
