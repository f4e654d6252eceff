import { instrumentWebSockets } from '@closespan/browser/worker';
import { type ReconnectCommand, reconnectCommands } from './reconnect-commands.ts';
import { runEndings } from './run-ending.ts';
import { runExchange } from './run-exchange.ts';

const query = new URLSearchParams(location.search);
const otlp = query.get('otlp');
const handle =
  otlp &&
  instrumentWebSockets({
    serviceName: query.get('service') ?? '',
    otlp: { url: otlp },
    messages: query.has('messages'),
  });

type Command = MessageEvent<readonly string[]>;

async function onMessage({ data, ports: [port] }: Command): Promise<void> {
  if (data[0] === 'open' || data[0] === 'close') {
    // Everything that records it is loaded by an earlier command.
    const socket = new WebSocket(data[1] ?? '');
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    port?.postMessage('open');
    if (data[0] === 'close') self.close();
    return;
  }
  if (data[0] === 'exit') {
    port?.postMessage(true);
    self.close();
    return;
  }
  if (data[0] && data[0] in reconnectCommands) {
    port?.postMessage(await reconnectCommands[data[0] as ReconnectCommand](data[1] ?? ''));
    return;
  }
  const isExchange = data[0] === 'exchange';
  const seen = isExchange
    ? await runExchange(data[1] ?? '')
    : await runEndings(data[0] === 'flush' ? [] : data);
  if (handle) await handle.forceFlush();
  port?.postMessage(seen);
}

addEventListener('message', (event) => void onMessage(event as Command));
addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (port) port.onmessage = (message) => void onMessage(message as Command);
});
