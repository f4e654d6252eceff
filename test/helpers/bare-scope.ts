import { createContext, Script } from 'node:vm';
import { WebSocket } from 'ws';

/** A close as a `closeHook` in the scope saw it. */
interface HookedClose {
  readonly code: number;
  readonly cause: string;
  readonly path: string;
  readonly connectionDuration: number | undefined;
}

/** A global scope of its own, in which a script of closespan runs. */
export interface BareScope {
  /** Starts closespan with options, and keeps what its hook sees. */
  start(options: object): void;
  /** Makes a connection. Resolves when it has ended. */
  connect(url: string): Promise<void>;
  /** Makes a connection by a class `Socket` that nobody observes, and hands it over. Resolves when it has ended. */
  connectObserved(url: string): Promise<void>;
  readonly closes: readonly HookedClose[];
  /** Lines that closespan has logged through `diag`. */
  readonly lines: readonly string[];
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/** Members of a scope that looks like a page. Each context also has what the language itself defines. */
export function pageMembers(): Record<string, unknown> {
  const target = new EventTarget();
  return {
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
    document: { visibilityState: 'visible', currentScript: null, baseURI: 'http://127.0.0.1/app' },
    location: { href: 'http://127.0.0.1/app' },
    navigator: { onLine: true, userAgent: 'scope', language: 'en', connection: { type: 'wifi' } },
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval,
    queueMicrotask,
    performance,
    crypto,
    MessageChannel,
    BroadcastChannel,
    AbortController,
    AbortSignal,
    TextEncoder,
    TextDecoder,
    URL,
    Blob,
    CompressionStream,
    Response,
    Event,
    EventTarget,
    CloseEvent,
    structuredClone,
    fetch,
  };
}

/**
 * Makes a scope that has a `WebSocket` over real sockets, and runs a script that defines `closespan`.
 * @param change deletes or replaces members of the global object, ahead of the script
 */
export function createBareScope(script: string, members: object, change = ''): BareScope {
  const lines: string[] = [];
  const log =
    (level: string) =>
    (...line: unknown[]) =>
      lines.push([level, ...line].join(' '));
  const context = createContext({
    ...members,
    [Symbol.for('opentelemetry.js.api.1')]: {
      version: '1.9.0',
      diag: { error: log('error'), warn: log('warn'), info() {}, debug() {}, verbose() {} },
    },
    WebSocket: scopeSocket(),
  });
  const run = (text: string) => compiled(text).runInContext(context);
  run(change);
  run(script);
  const closes: HookedClose[] = [];
  const { instrumentWebSockets } = run('closespan');
  let handle: { forceFlush(): Promise<void>; shutdown(): Promise<void> } | undefined;
  return {
    start(options) {
      context['handle'] = handle = instrumentWebSockets({
        ...options,
        closeHook: ({ code, cause, endpoint, connectionDuration }: never) =>
          void closes.push({ code, cause, path: (endpoint as { path: string }).path, connectionDuration }),
      });
    },
    connect: run(`(url) => new Promise((resolve) => {
      const socket = new WebSocket(url);
      socket.addEventListener('close', () => resolve());
    })`),
    connectObserved: run(`(url) => new Promise((resolve) => {
      const socket = new Socket(url);
      socket.addEventListener('close', () => resolve());
      handle.observe(socket);
    })`),
    closes,
    lines,
    flush: async () => handle?.forceFlush(),
    stop: async () => handle?.shutdown(),
  };
}

const scripts = new Map<string, Script>();

/** Compiles a script once for all scopes. */
function compiled(text: string): Script {
  const script = scripts.get(text) ?? new Script(text);
  scripts.set(text, script);
  return script;
}

/** Makes a class with the members that pages have. Each scope gets its own class, and patches that one alone. */
function scopeSocket(): object {
  return class {
    readonly #socket: WebSocket;

    constructor(url: string, protocols?: string[]) {
      this.#socket = new WebSocket(url, protocols);
      this.#socket.on('error', () => {});
    }
    get url(): string {
      return this.#socket.url;
    }
    get readyState(): number {
      return this.#socket.readyState;
    }
    get protocol(): string {
      return this.#socket.protocol;
    }
    get extensions(): string {
      return this.#socket.extensions;
    }
    get bufferedAmount(): number {
      return this.#socket.bufferedAmount;
    }
    addEventListener(type: string, listener: (event: object) => void): void {
      this.#socket.addEventListener(type as 'close', ({ code, reason, wasClean }) =>
        listener({ type, target: this, code, reason, wasClean }),
      );
    }
    removeEventListener(): void {}
    close(code?: number, reason?: string): void {
      this.#socket.close(code, reason);
    }
  };
}
