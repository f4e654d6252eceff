/** A socket of uWebSockets.js, as its types say. It throws once its connection has ended. */
interface StubSocket {
  getUserData(): object;
  send(message: unknown): number;
  sendFirstFragment(message: unknown): number;
  subscribe(topic: string): boolean;
  end(code?: number, reason?: string): void;
  close(): void;
}

interface StubRequest {
  getHeader(name: string): string;
  getUrl(): string;
  getQuery(): string;
  forEach(each: (name: string, value: string) => void): void;
}

interface StubResponse {
  upgrade(userData: object, key: string, protocol: string, extensions: string, context: object): void;
  cork(run: () => void): void;
  onAborted(run: () => void): void;
  writeStatus(status: string): void;
  writeHeader(name: string, value: string): void;
  getRemoteAddressAsText(): ArrayBuffer;
}

/** Handlers of `app.ws(pattern, …)`. */
interface StubBehavior {
  idleTimeout?: number;
  upgrade?(res: StubResponse, req: StubRequest, context: object): void;
  open?(socket: StubSocket): void;
  message?(socket: StubSocket, message: ArrayBuffer, isBinary: boolean): void;
  close?(socket: StubSocket, code: number, message: ArrayBuffer): void;
}

/**
 * Plays the events of one connection of uWebSockets.js, which is not on npm. The handlers are read once, objects of a
 * request are valid within `upgrade` alone, and bytes within their handler.
 */
export class StubApp {
  readonly #handlers: StubBehavior;
  #socket: StubSocket | undefined;
  #userData: object = {};

  constructor({ upgrade, open, message, close }: StubBehavior) {
    this.#handlers = {
      ...(upgrade && { upgrade }),
      ...(open && { open }),
      ...(message && { message }),
      ...(close && { close }),
    };
  }

  /** Opens the connection. The request is valid until the promises that are settled by then have run on. */
  async connect(path: string, key: string): Promise<StubSocket> {
    const { upgrade, open } = this.#handlers;
    let isValid = true;
    const headers: Readonly<Record<string, string>> = { host: 'localhost', 'sec-websocket-key': key };
    const valid = <T>(value: T) => {
      if (!isValid) throw new Error('uWS.HttpRequest must not be accessed after return');
      return value;
    };
    const request: StubRequest = {
      getHeader: (name) => valid(headers[name] ?? ''),
      getUrl: () => valid(path),
      getQuery: () => valid(''),
      forEach(each) {
        for (const [name, value] of valid(Object.entries(headers))) each(name, value);
      },
    };
    const socket = this.#createSocket();
    this.#socket = socket;
    const response: StubResponse = {
      upgrade: (userData) => {
        this.#userData = userData;
        open?.(socket);
      },
      cork: (run) => run(),
      onAborted() {},
      writeStatus() {},
      writeHeader() {},
      getRemoteAddressAsText: () => bytes('127.0.0.1'),
    };
    if (upgrade) upgrade(response, request, {});
    else open?.(socket);
    await new Promise(setImmediate);
    isValid = false;
    return socket;
  }

  /** Passes a message of the peer to the handler. */
  message(text: string): void {
    if (this.#socket) this.#handlers.message?.(this.#socket, bytes(text), false);
  }

  /** Ends the connection as the runtime tells of it. */
  end(code: number, reason: string): void {
    const socket = this.#socket;
    if (!socket) throw new Error('Invalid access of closed uWS.WebSocket/SSLWebSocket.');
    const message = bytes(reason);
    this.#handlers.close?.(socket, code, message);
    structuredClone(message, { transfer: [message] });
    this.#socket = undefined;
  }

  #createSocket(): StubSocket {
    const app = this;
    const live = () => {
      if (!app.#socket) throw new Error('Invalid access of closed uWS.WebSocket/SSLWebSocket.');
    };
    // Every method is a function of one template object, which sockets inherit from.
    return Object.create({
      getUserData() {
        live();
        return app.#userData;
      },
      send() {
        live();
        return 1;
      },
      sendFirstFragment() {
        live();
        return 1;
      },
      subscribe() {
        live();
        return true;
      },
      end(code = 1005, reason = '') {
        live();
        app.end(code, reason);
      },
      close() {
        live();
        app.end(1006, '');
      },
    });
  }
}

function bytes(text: string): ArrayBuffer {
  return new TextEncoder().encode(text).buffer as ArrayBuffer;
}
