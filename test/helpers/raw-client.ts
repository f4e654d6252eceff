import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A WebSocket client made of a bare TCP socket, whose frames are those that a test writes. */
export interface RawClient {
  readonly tcp: Socket;
  /** Writes a frame (RFC 6455 §5.2) with a payload of at most 125 bytes. */
  send(opcode: number, payload?: string | Buffer, isLast?: boolean): void;
}

/** Connects to a server on a port of 127.0.0.1. Nothing answers: neither pings nor a Close frame. */
export async function connectRaw(port: number): Promise<RawClient> {
  const tcp = connect(port, '127.0.0.1').on('error', () => {});
  tcp.write(
    'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n',
  );
  tcp.write('Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n');
  await once(tcp, 'data');
  tcp.resume();
  return {
    tcp,
    send(opcode, payload = '', isLast = true) {
      const bytes = Buffer.from(payload);
      // A mask of zeros leaves the payload as it is.
      const head = [opcode | (isLast ? 0x80 : 0), 0x80 | bytes.length, 0, 0, 0, 0];
      tcp.write(Buffer.concat([Buffer.from(head), bytes]));
    },
  };
}
