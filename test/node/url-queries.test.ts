import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CloseRecord } from '@closespan/node';
import { instrumentWebSockets } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { expect, it } from 'vitest';

it.each(['?', '??', '?why?', '?a=b&c?'])(
  'a refused handshake of undici to a URL that ends with %s has one record with its status',
  async (query) => {
    const records: CloseRecord[] = [];
    const handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record) });
    const server = createServer().on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/room${query}`);
    await once(socket, 'close');
    // A failure is joined with its event in its own turn of the event loop, or never.
    for (let turns = 0; turns < 3; turns++) await new Promise(setImmediate);
    await handle.shutdown();
    server.close();
    expect(records.filter(({ kind }) => kind === 'client').map(closeLine)).toEqual([
      '/room client 1006 unclean none handshake_rejected status=401 error=401',
    ]);
  },
);
