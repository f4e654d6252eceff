import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** The server's end of connections. */
export interface AcceptedSockets {
  /** Emits `open` with the path, and `close` with path and code, of each connection. */
  readonly events: EventEmitter<{ open: [path: string]; close: [path: string, code: number] }>;
  terminate(): void;
}

const NO_FRAME = Buffer.from([0xff, 0x00]);

/**
 * Accepts WebSockets; the path says how a connection ends: `/server/1011` closes it, `/away` closes it with a bare
 * 1001, `/empty` with a Close frame without a code, `/drop` cuts it and `/broken` sends what is no frame, `/cut` and `/break` do so once the client has spoken, `/reset` then resets TCP, `/silent/300` cuts 300 ms after the client has spoken, `/echo` returns messages, `/refuse/401` and `/hang` never open it, `/deaf` answers no Close frame.
 */
export function acceptSockets(server: Server): AcceptedSockets {
  const events: AcceptedSockets['events'] = new EventEmitter();
  const wss = new WebSocketServer({ noServer: true });
  const hung = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const [, what, code] = path.split('/');
    socket.on('error', () => {});
    if (what === 'hang') {
      hung.add(socket);
      events.emit('open', path);
      socket.on('close', () => events.emit('close', path, 0));
      return;
    }
    if (what === 'refuse') {
      socket.end(`HTTP/1.1 ${code} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    wss.handleUpgrade(request, socket, head, (peer: WebSocket) => {
      peer.on('error', () => {});
      peer.on('close', (closeCode) => events.emit('close', path, closeCode));
      if (what === 'server') peer.close(Number(code), 'from server');
      if (what === 'away') peer.close(1001);
      if (what === 'empty') peer.close();
      if (what === 'drop') socket.destroy();
      if (what === 'broken') socket.write(NO_FRAME);
      if (what === 'cut') peer.on('message', () => socket.destroy());
      if (what === 'reset') peer.on('message', () => (socket as Socket).resetAndDestroy());
      if (what === 'silent') peer.on('message', () => setTimeout(() => socket.destroy(), Number(code)));
      if (what === 'echo') peer.on('message', (data, binary) => peer.send(data, { binary }));
      if (what === 'break') peer.on('message', () => socket.write(NO_FRAME));
      if (what === 'deaf') peer.pause();
      events.emit('open', path);
    });
  });
  return {
    events,
    terminate() {
      for (const peer of wss.clients) peer.terminate();
      for (const socket of hung) socket.destroy();
    },
  };
}
