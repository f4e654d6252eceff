import { instrumentWebSockets, type WebSocketHandle } from '@closespan/browser';
import { NOTE_OPTIONS, type NotesSeen, runNotes } from '../../helpers/run-notes.ts';
import { type ReconnectCommand, reconnectCommands } from './reconnect-commands.ts';
import { runEndings, type Seen } from './run-ending.ts';
import { runExchange, runStreamExchange } from './run-exchange.ts';
import { runStreams } from './run-stream.ts';

declare global {
  interface Window {
    handle: WebSocketHandle | undefined;
    /** The events of the socket that stays open. */
    seen: string[];
    run: typeof runEndings;
    runStreams: typeof runStreams;
    runExchange: typeof runExchange;
    runStreamExchange: typeof runStreamExchange;
    socket: WebSocket;
    runNotes(url: string): Promise<NotesSeen>;
    reconnectCommands: typeof reconnectCommands;
    /** Runs a command in the last worker. The command `exit` ends the worker. */
    tellWorker(command: ReconnectCommand | 'flush' | 'exit', url?: string): Promise<unknown>;
    endWorker(how: 'close' | 'terminate', url: string): Promise<void>;
    runIn(kind: string, urls: readonly string[]): Promise<Record<string, Seen>>;
  }
}

const query = new URLSearchParams(location.search);
const otlp = query.get('otlp');
/** Without an address the page runs as it would without us. */
if (otlp)
  window.handle = instrumentWebSockets({
    serviceName: query.get('service') ?? 'page',
    otlp: { url: otlp },
    messages: query.has('messages'),
    metrics: query.has('metrics'),
    ...(query.get('notes') === 'hooked' && NOTE_OPTIONS),
    ...(query.has('release') && {
      serviceVersion: query.get('release') ?? '',
      resourceAttributes: { 'deployment.environment.name': 'test' },
    }),
  });

window.seen = [];
const flushed =
  <A, R>(run: (urls: A) => Promise<R>) =>
  async (urls: A) => {
    const seen = await run(urls);
    await window.handle?.forceFlush();
    return seen;
  };
window.run = flushed(runEndings);
window.runStreams = flushed(runStreams);
window.runExchange = flushed(runExchange);
window.runStreamExchange = flushed(runStreamExchange);
window.runNotes = flushed((url: string) => runNotes(window.handle as WebSocketHandle, url));
window.reconnectCommands = reconnectCommands;

/** Runs endings in a worker that instruments itself, and stops it. */
window.runIn = async (kind, urls) => {
  const script = `/worker.js?${new URLSearchParams({
    ...(otlp && { otlp }),
    ...(query.has('messages') && { messages: '' }),
    service: kind,
  })}`;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<Record<string, Seen>>((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
  });
  worker = await startWorker(kind, script);
  worker.postMessage(urls, [port2]);
  return await answer;
};

window.tellWorker = async (command, url = '') => {
  const { port1, port2 } = new MessageChannel();
  worker?.postMessage([command, url], [port2]);
  return await new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
  });
};

/** Makes the last worker open a socket, and end. */
window.endWorker = async (how, url) => {
  const { port1, port2 } = new MessageChannel();
  worker?.postMessage([how === 'terminate' ? 'open' : how, url], [port2]);
  await new Promise((resolve) => {
    port1.onmessage = resolve;
  });
  if (how === 'terminate') (worker as Worker).terminate();
};
let worker: Worker | MessagePort | ServiceWorker | undefined;

async function startWorker(kind: string, script: string): Promise<Worker | MessagePort | ServiceWorker> {
  if (kind === 'dedicated') return new Worker(script);
  if (kind === 'shared') return new SharedWorker(script).port;
  const scope = `/${otlp ? 'observed' : 'native'}/`;
  const { installing, active } = await navigator.serviceWorker.register(script, { scope });
  const worker = installing ?? active;
  if (!worker) throw new Error('no service worker');
  while (worker.state !== 'activated') {
    await new Promise((resolve) => worker.addEventListener('statechange', resolve, { once: true }));
  }
  return worker;
}

/** Opens a socket that stays open, once all is loaded that records it, and says so in the title. */
const path = query.get('open');
const [{ type } = { type: '' }] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
if (path && type !== 'navigate') document.title = 'again';
else if (path) {
  await window.run([`ws://${location.host}/server/1000`]);
  const socket = new WebSocket(`ws://${location.host}${path}`);
  window.socket = socket;
  for (const type of ['open', 'error', 'close']) {
    socket.addEventListener(type, (event) => window.seen.push(`${type} ${(event as CloseEvent).code ?? ''}`));
  }
  if (query.has('closeOnHide')) addEventListener('pagehide', () => socket.close(4300));
  if (!path.startsWith('/hang')) await new Promise((resolve) => socket.addEventListener('open', resolve));
  document.title = 'open';
  parent.document.title = 'open';
}
