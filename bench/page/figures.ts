import { instrumentWebSockets, type WebSocketHandle } from '@closespan/browser';

const address = location.origin.replace('http', 'ws');

/** What `browser.ts` measures in the page; results are milliseconds. */
const figures = {
  /** Parsing and running a script. A comment keeps the engine from knowing it already. */
  evaluate(code: string, times: number): number {
    const started = performance.now();
    for (let i = 0; i < times; i++) new Function(`${code}\n// ${Math.random()}`)();
    return performance.now() - started;
  },

  /** Messages there and back on one connection, some of them under way at a time. */
  echo: (instrumented: boolean, messages: number): Promise<number> =>
    during(instrumented, async () => {
      const socket = await open('/echo');
      const started = performance.now();
      await new Promise<void>((resolve) => {
        let received = 0;
        socket.onmessage = () => {
          if (++received === messages) resolve();
          else socket.send('hello');
        };
        for (let i = 0; i < 8; i++) socket.send('hello');
      });
      const took = performance.now() - started;
      await end(socket);
      return took;
    }),

  /** The constructor's calls alone. */
  construct: (instrumented: boolean, sockets: number): Promise<number> =>
    during(instrumented, async () => {
      const started = performance.now();
      const made = Array.from({ length: sockets }, () => new WebSocket(`${address}/echo`));
      const took = performance.now() - started;
      await Promise.all(
        made.map((socket) => new Promise((resolve) => socket.addEventListener('open', resolve))),
      );
      await Promise.all(made.map(end));
      return took;
    }),

  /** Connections that all end, and their spans handed on. */
  async closes(sockets: number, url: string): Promise<void> {
    const { forceFlush } = instrumentWebSockets({ otlp: { url } });
    for (let left = sockets; left > 0; left -= 10) {
      await Promise.all(Array.from({ length: Math.min(left, 10) }, async () => end(await open('/echo'))));
    }
    await forceFlush();
  },
};

async function during(instrumented: boolean, run: () => Promise<number>): Promise<number> {
  let handle: WebSocketHandle | undefined;
  if (instrumented) handle = instrumentWebSockets({ otlp: false, closeHook() {} });
  const took = await run();
  await handle?.shutdown();
  return took;
}

function open(path: string): Promise<WebSocket> {
  const socket = new WebSocket(address + path);
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
