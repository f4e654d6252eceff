import { instrumentWebSockets } from '@closespan/browser';
import { ratioOf } from '../figure.ts';

const address = location.origin.replace('http', 'ws');
const native = WebSocket;
type Constructor = typeof WebSocket;
interface Echoes {
  native(messages: number): Promise<void>;
  observed(messages: number): Promise<void>;
  close(): Promise<void>;
}
let echoes: Echoes | undefined;

/** What `browser.ts` measures in the page. A result is the median of ratios of milliseconds, by turns in short slices. */
const figures = {
  /** Parsing and running one script against another. */
  evaluation: (rounds: number, baseline: string, candidate: string): Promise<number> =>
    ratioOf(
      rounds,
      () => evaluate(baseline),
      () => evaluate(candidate),
    ),

  /** Opens a native and an observed connection for `echo`. */
  async openEchoes(counted: boolean): Promise<void> {
    const bare = await open(native);
    const nativeSend = native.prototype.send;
    const handle = instrumentWebSockets({ otlp: false, closeHook() {}, messages: counted });
    const observed = await open(WebSocket);
    echoes = {
      native: (messages) => echo(bare, messages, nativeSend),
      observed: (messages) => echo(observed, messages, WebSocket.prototype.send),
      async close() {
        await Promise.all([bare, observed].map(end));
        await handle.shutdown();
      },
    };
  },

  /** Messages there and back, on connections that stay. */
  echo: (how: 'native' | 'observed', messages: number) => echoes?.[how](messages),
  closeEchoes: () => echoes?.close(),

  /** The constructor's calls alone, one connection after the other: Chromium holds back those that come in a crowd. */
  construction: (rounds: number, sockets: number): Promise<number> =>
    ratioOf(
      rounds,
      () => construct(native, sockets),
      () => instrumented((WebSocket) => construct(WebSocket, sockets)),
    ),

  /** Connections that all end, and their spans handed on. */
  async closes(sockets: number, url: string): Promise<void> {
    const { forceFlush } = instrumentWebSockets({ otlp: { url } });
    for (let left = sockets; left > 0; left--) await end(await open(WebSocket));
    await forceFlush();
  },
};

async function instrumented<T>(run: (WebSocket: Constructor) => Promise<T>): Promise<T> {
  const handle = instrumentWebSockets({ otlp: false, closeHook() {} });
  const result = await run(WebSocket);
  await handle.shutdown();
  return result;
}

function evaluate(code: string): number {
  // A comment keeps the engine from knowing it already.
  const text = `${code}\n// ${Math.random()}`;
  const started = performance.now();
  new Function(text)();
  return performance.now() - started;
}

function echo(
  socket: WebSocket,
  messages: number,
  send: (this: WebSocket, data: string) => void,
): Promise<void> {
  return new Promise<void>((resolve) => {
    let received = 0;
    // Reads the message, as an app does: the browser makes a text of it only then.
    socket.onmessage = ({ data }) => {
      if (data !== 'hello' || ++received === messages) resolve();
      else if (received <= messages - 8) send.call(socket, 'hello');
    };
    for (let i = 0; i < 8; i++) send.call(socket, 'hello');
  });
}

async function construct(WebSocket: Constructor, sockets: number): Promise<number> {
  let took = 0;
  for (let i = 0; i < sockets; i++) {
    const started = performance.now();
    const socket = new WebSocket(`${address}/echo`);
    took += performance.now() - started;
    await opened(socket);
    await end(socket);
  }
  return took;
}

const open = (WebSocket: Constructor) => opened(new WebSocket(`${address}/echo`));

function opened(socket: WebSocket): Promise<WebSocket> {
  return new Promise((resolve) => socket.addEventListener('open', () => resolve(socket)));
}

function end(socket: WebSocket): Promise<void> {
  socket.close(1000);
  return new Promise((resolve) => socket.addEventListener('close', () => resolve()));
}

declare global {
  var benchFigures: typeof figures;
}
globalThis.benchFigures = figures;
