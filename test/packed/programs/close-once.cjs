// Opens and closes one connection. Imported by the programs beside it.
const { once } = require('node:events');

/** Opens a connection to a server of its own and closes it with 4001; resolves when both ends are closed. */
exports.closeOnce = async ({ WebSocket, WebSocketServer }) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const socket = new WebSocket(`ws://127.0.0.1:${server.address().port}/packed`);
  const [peer] = await once(server, 'connection');
  const closed = [once(socket, 'close'), once(peer, 'close')];
  await once(socket, 'open');
  socket.close(4001, 'bye');
  await Promise.all(closed);
  server.close();
};
