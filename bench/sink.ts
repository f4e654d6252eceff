import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server in a process of its own that reads nothing of what comes: to keep it would slow what is measured. */
const server = createServer((request, response) => {
  request.resume().on('end', () => response.end('{}'));
});
server.listen(0, '127.0.0.1', () =>
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.on('disconnect', () => process.exit());
