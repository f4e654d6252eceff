// Plants secrets in servers and clients of Node, Bun or Deno, and writes what it saw into a file. Started by node.test.ts.
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { connect as connectTcp } from 'node:net';
import { inspect } from 'node:util';
import { instrumentWebSockets } from '@closespan/node';
import { context, DiagLogLevel, diag, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';

const { secrets: all, options, report } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const planted = new Set(['variable', 'argument']);
/** Secrets; each that is read is planted. */
const secrets = new Proxy(all, {
  get(target, name) {
    planted.add(name);
    return target[name];
  },
});
/** What the peers saw. */
const wire = [];
const lines = [];
const show = (value) =>
  inspect(value, { depth: 9, showHidden: true, maxStringLength: null, maxArrayLength: null });
const note = (...line) => lines.push(show(line));
diag.setLogger({ error: note, warn: note, info: note, debug: note, verbose: note }, DiagLogLevel.ALL);
context.setGlobalContextManager(new AsyncLocalStorageContextManager(new AsyncLocalStorage()).enable());
propagation.setGlobalPropagator(
  new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
);
process.on('uncaughtException', () => {});

const settings = typeof options === 'object' ? options : {};
if (settings.otlp?.headers) planted.add('otlpHeader');
else planted.add('otlpHeaderVariable');
planted.add('otlpUserInfo');
try {
  instrumentWebSockets({
    otlp: { url: `http://${secrets.wrongOtlp}:${secrets.wrongOtlp}@h/?t=${secrets.wrongOtlp}` },
  });
} catch (error) {
  note(error);
}
const throwing = () => {
  throw Object.assign(new Error(secrets.hookError), { input: secrets.hookError });
};
const hooks = settings.hooksThrow
  ? {
      redactUrl: throwing,
      redactReason: throwing,
      redactSubprotocol: throwing,
      urlTemplate: throwing,
      isAbnormal: throwing,
      closeHook: throwing,
    }
  : {};
const handle = instrumentWebSockets({
  ...(settings.otlp && { otlp: settings.otlp }),
  ...(settings.spool && { spool: settings.spool }),
  ...hooks,
});

const { WebSocket, WebSocketServer } = await import('ws');
const requireFromLibraries = createRequire(new URL('../libraries/package.json', import.meta.url));
const websocket = requireFromLibraries('websocket');

/** A server of `ws`, whose path says what it does with a connection. */
function serve() {
  const server = createServer();
  const peers = new WebSocketServer({ noServer: true, handleProtocols: () => secrets.agreed });
  peers.on('headers', (headers) => {
    headers.push(`Set-Cookie: session=${secrets.response}`, `X-Response: ${secrets.response}`);
  });
  server.on('upgrade', (request, socket, head) => {
    wire.push(show([request.url, request.rawHeaders]));
    const [, what] = request.url.split(/[/?]/);
    socket.on('error', () => {});
    if (what === 'refuse') {
      const body = secrets.refusal;
      socket.end(
        `HTTP/1.1 401 No ${body}\r\nX-Why: ${body}\r\nLocation: //${body}@127.0.0.1/?${body}#${body}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
      );
      return;
    }
    if (what === 'redirect') {
      socket.end(
        `HTTP/1.1 302 Found\r\nLocation: /refuse?token=${secrets.redirect}\r\nConnection: close\r\n\r\n`,
      );
      return;
    }
    peers.handleUpgrade(request, socket, head, (peer) => talk(peer, what, socket));
  });
  return server;
}

function talk(peer, what, socket) {
  peer.on('error', () => {});
  if (what === 'destroy') {
    socket.destroy(Object.assign(new Error(secrets.appError), { code: secrets.appError }));
    return;
  }
  peer.send(secrets.text);
  peer.send(Buffer.from(secrets.binary));
  peer.ping(secrets.ping);
  peer.on('pong', (data) => wire.push(String(data)));
  peer.on('ping', (data) => wire.push(String(data)));
  peer.on('close', (_code, reason) => wire.push(String(reason)));
  let messages = 0;
  peer.on('message', (data) => {
    wire.push(String(data));
    messages++;
    if (messages === 2 && what === 'server') peer.close(4002, secrets.reason);
  });
}

/** A server of `websocket`, which agrees on a token. */
function serveWebsocket() {
  const server = createServer();
  const peers = new websocket.server({ httpServer: server });
  peers.on('request', (request) => {
    wire.push(show([request.httpRequest.url, request.httpRequest.rawHeaders]));
    const peer = request.accept(request.requestedProtocols[0], null, [
      { name: 'session', value: secrets.response },
    ]);
    peer.send(secrets.text);
    peer.sendBytes(Buffer.from(secrets.binary));
    let messages = 0;
    peer.on('message', ({ utf8Data, binaryData }) => {
      wire.push(utf8Data ?? String(binaryData));
      messages++;
      if (messages === 2 && request.resource.startsWith('/server')) peer.close(4002, secrets.reason);
    });
    peer.on('close', (_code, reason) => wire.push(String(reason)));
  });
  return server;
}

/** Sends secrets and closes, by what all clients have in common. Resolves at the close. */
function converse(socket, what) {
  return new Promise((resolve) => {
    let messages = 0;
    socket.onopen = () => {
      socket.send(secrets.text);
      socket.send(Buffer.from(secrets.binary));
      socket.ping?.(secrets.ping);
    };
    socket.onmessage = () => {
      messages++;
      if (messages === 2 && what === 'client') socket.close(4001, secrets.reason);
      // Not in the listener itself: a receiver of ws reads nothing more after it.
      queueMicrotask(() => {
        throw Object.assign(new Error(secrets.appError), { code: secrets.appError });
      });
    };
    // undici 6 fires no `close` for a handshake that failed.
    socket.onerror = () => setTimeout(resolve, 50);
    socket.onclose = () => {
      resolve();
      // Deno itself prints what a listener throws.
      if (!globalThis.Deno) throw new Error(secrets.appError);
    };
  });
}

const headers = (host) => ({
  cookie: `session=${secrets.cookie}`,
  'x-api-key': secrets.header,
  'user-agent': secrets.header,
  'sec-fetch-site': secrets.header,
  'x-forwarded-for': secrets.clientAddress,
  forwarded: `for="[${secrets.clientAddress}]"`,
  ...(host && {
    origin: `https://${secrets.origin}.example`,
    authorization: `Bearer ${secrets.authorization}`,
  }),
});
const agreed = () => [secrets.agreed, secrets.offered];
const withHost = () => ({
  headers: { ...headers(true), host: `${secrets.host}.example` },
  followRedirects: true,
});

/** By client: makes a socket, with the headers that it can send. */
const clients = {
  ws: (url, isPlain) => new WebSocket(url, agreed(), isPlain ? { headers: headers(false) } : withHost()),
  websocket: (url) =>
    new websocket.w3cwebsocket(url, agreed(), `https://${secrets.origin}.example`, headers(true)),
};
const isNode = !globalThis.Bun && !globalThis.Deno;
if (isNode) {
  const { WebSocket: Undici, ProxyAgent } = await import('undici8').catch(() => ({}));
  if (Undici) {
    clients.undici = (url) => new Undici(url, { protocols: agreed(), headers: headers(true) });
    const proxy = createServer().on('connect', (request, socket, head) => {
      const [host, port] = request.url.split(':');
      wire.push(show(request.rawHeaders));
      const out = connectTcp(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        out.write(head);
        out.pipe(socket).pipe(out);
      });
      out.on('error', () => {});
      socket.on('error', () => {});
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    proxy.unref();
    clients.proxied = (url) => {
      const uri = `http://user:${secrets.proxy}@127.0.0.1:${proxy.address().port}`;
      const dispatcher = new ProxyAgent({
        uri,
        proxyTunnel: true,
        token: `Basic ${btoa(`user:${secrets.proxy}`)}`,
      });
      return new Undici(url, { protocols: agreed(), headers: headers(true), dispatcher });
    };
  }
}
if (globalThis.WebSocket) {
  clients.global = (url) =>
    new globalThis.WebSocket(url, isNode ? agreed() : { protocols: agreed(), headers: headers(true) });
}

const span = trace.wrapSpanContext({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
});
const baggage = propagation.createBaggage({ secret: { value: secrets.baggage } });
const active = trace.setSpan(propagation.setBaggage(context.active(), baggage), span);

async function runAll(server, names) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${server.address().port}`;
  for (const name of names) {
    for (const what of ['client', 'server', 'destroy', 'refuse', 'redirect']) {
      if (names[0] === 'websocket' && what !== 'client' && what !== 'server') continue;
      for (const userInfo of ['', `user:${secrets.userInfo}@`]) {
        for (const fragment of ['', `#${secrets.fragment}`]) {
          const url = `ws://${userInfo}${host}/${what}/${secrets.path}?token=${secrets.query}${fragment}`;
          try {
            await context.with(active, () => converse(clients[name](url, Boolean(userInfo)), what));
          } catch {
            // Some clients refuse user info or a fragment.
          }
        }
      }
    }
  }
  server.closeAllConnections?.();
  server.close();
}
await runAll(
  serve(),
  Object.keys(clients).filter((name) => name !== 'websocket'),
);
await runAll(serveWebsocket(), ['websocket']);
await handle.forceFlush({ timeout: 3000 });
await handle.shutdown({ timeout: 2000 });
writeFileSync(report, JSON.stringify({ planted: [...planted], wire, lines }));
process.exit();
