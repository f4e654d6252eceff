import { WebSocket } from 'ws';

/** The system of a phone. */
export type System = 'ios' | 'android';
/** Sends an event of the native part to JavaScript. */
export type Emit = (name: string, body: object) => void;

/** React Native's native module `WebSocketModule`. */
export interface NativeWebSockets {
  connect(
    url: string,
    protocols: string[] | null,
    options: { headers?: Record<string, string> },
    id: number,
  ): void;
  send(message: string, id: number): void;
  close(code: number, reason: string, id: number): void;
  addListener(): void;
  removeListeners(): void;
}

/**
 * Makes the native part of React Native's `WebSocket` over real sockets. The events are those of RCTWebSocketModule with
 * SocketRocket on iOS, and of WebSocketModule with OkHttp on Android.
 */
export function nativeWebSockets(system: System, emit: Emit): NativeWebSockets {
  return system === 'ios' ? socketRocket(emit) : okHttp(emit);
}

/** Neither library closes TCP so soon after a Close frame without a response. */
const UNHURRIED = { closeTimeout: 300_000 };
const none = { addListener() {}, removeListeners() {} };

function socketRocket(emit: Emit): NativeWebSockets {
  const sockets = new Map<number, WebSocket>();
  return {
    ...none,
    connect(url, protocols, { headers }, id) {
      const socket = new WebSocket(url, protocols ?? [], { headers, ...UNHURRIED });
      sockets.set(id, socket);
      let hasEnded = false;
      const end = (name: string, body: object) => {
        if (!hasEnded) emit(name, { id, ...body });
        hasEnded = true;
      };
      const fail = (message: string) => end('websocketFailed', { message });
      socket.on('open', () => emit('websocketOpen', { id, protocol: socket.protocol }));
      socket.on('message', (data, isBinary) => {
        if (!hasEnded)
          emit('websocketMessage', { id, type: isBinary ? 'binary' : 'text', data: textOf(data, isBinary) });
      });
      socket.on('upgrade', (response) => response.socket.on('error', (error) => socket.emit('error', error)));
      socket.on('unexpected-response', (_request, { statusCode }) => {
        fail(`Received bad response code from server: ${statusCode}.`);
        socket.terminate();
      });
      socket.on('error', (error: NodeJS.ErrnoException) => {
        const words = IOS_ERRORS[error.code ?? ''];
        // The app's `close()` while the socket connects.
        if (/closed before the connection/.test(error.message))
          end('websocketClosed', { code: 0, reason: null, clean: true });
        else if (words) fail(`The operation couldn’t be completed. ${words}`);
        else if (error.code?.startsWith('WS_ERR_'))
          end('websocketClosed', { code: 0, reason: null, clean: true });
        else fail(error.message);
      });
      socket.on('close', (code, reason) => {
        if (code === 1006)
          end('websocketClosed', { code: 1001, reason: 'Stream end encountered', clean: false });
        else end('websocketClosed', { code, reason: String(reason) || null, clean: true });
      });
    },
    send: (message, id) => sockets.get(id)?.send(message),
    close(code, reason, id) {
      sockets.get(id)?.close(code, reason);
      sockets.delete(id);
    },
  };
}

const IOS_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
};

function okHttp(emit: Emit): NativeWebSockets {
  const open = new Map<number, WebSocket>();
  const nothing = (id: number) => {
    emit('websocketFailed', { id, message: 'client is null' });
    emit('websocketClosed', { id, code: 0, reason: 'client is null' });
  };
  return {
    ...none,
    connect(url, protocols, { headers }, id) {
      const socket = new WebSocket(url, protocols ?? [], { headers, ...UNHURRIED });
      let hasEnded = false;
      const end = (name: string, body: object) => {
        if (!hasEnded) emit(name, { id, ...body });
        hasEnded = true;
      };
      const fail = (message: string | null) => end('websocketFailed', { message });
      socket.on('open', () => {
        open.set(id, socket);
        emit('websocketOpen', { id, protocol: socket.protocol });
      });
      socket.on('message', (data, isBinary) => {
        emit('websocketMessage', { id, type: isBinary ? 'binary' : 'text', data: textOf(data, isBinary) });
      });
      socket.on('upgrade', (response) => response.socket.on('error', (error) => socket.emit('error', error)));
      socket.on('unexpected-response', (_request, { statusCode, statusMessage }) => {
        fail(`Expected HTTP 101 response but was '${statusCode} ${statusMessage}'`);
        socket.terminate();
      });
      socket.on('error', (error: NodeJS.ErrnoException & { port?: number }) => {
        if (error.code === 'ECONNREFUSED') fail(`Failed to connect to /127.0.0.1:${error.port}`);
        else if (error.code === 'ECONNRESET') fail('Connection reset');
        else if (error.code?.startsWith('WS_ERR_UNEXPECTED_RSV')) fail('Unexpected rsv1 flag');
        else fail(error.message);
      });
      socket.on('close', (code, reason) => {
        open.delete(id);
        if (code === 1006) fail(null);
        else if (code === 1005) fail('Code 1005 is reserved and may not be used.');
        else end('websocketClosed', { code, reason: String(reason) });
      });
    },
    send(message, id) {
      const socket = open.get(id);
      if (socket) socket.send(message);
      else nothing(id);
    },
    close(code, reason, id) {
      // A socket that connects is not found, and goes on.
      open.get(id)?.close(code, reason);
      open.delete(id);
    },
  };
}

function textOf(data: unknown, isBinary: boolean): string {
  return isBinary ? (data as Buffer).toString('base64') : String(data);
}
