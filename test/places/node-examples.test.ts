import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeBinary, runNode } from '../helpers/run-node.ts';
import { type PageSite, startPageSite } from '../helpers/start-page-site.ts';
import { copyExample, type ExampleCopy } from './copy-example.ts';

const FAILED = '/close/1011 client 1011 clean remote server_error error=server_error';

let receiver: OtlpReceiver;
let site: PageSite;
let example: ExampleCopy;
beforeEach(async () => {
  [receiver, site] = await Promise.all([startOtlpReceiver(), startPageSite('')]);
});
afterEach(() => Promise.all([receiver.close(), site.close(), example.remove()]));

/** Runs a program beside a copy of an example, and returns what it printed. */
async function run(program: string): Promise<string> {
  const path = await example.write('run.mjs', program);
  const end = await runNode(nodeBinary(24) ?? process.execPath, [path], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  });
  expect(end).toMatchObject({ exitCode: 0, stderr: '' });
  return end.stdout;
}

const sockets = () => site.url.replace('http', 'ws');

it('the main process of Electron sends a close before it quits', async () => {
  example = await copyExample('electron', {});
  // Stands in for Electron, which ends the process without an event of Node.
  await example.write(
    'node_modules/electron/index.mjs',
    `import { EventEmitter } from 'node:events';
    export const app = new EventEmitter();
    app.whenReady = () => Promise.resolve();
    app.quit = () => {
      let isPrevented = false;
      app.emit('will-quit', { preventDefault: () => { isPrevented = true; } });
      if (!isPrevented) process.reallyExit(0);
    };
    export class BrowserWindow {
      loadFile(file) { console.log(file); }
    }`,
  );
  await example.write('node_modules/electron/package.json', '{ "exports": "./index.mjs" }');
  const printed = await run(`
    import { app } from 'electron';
    import './main.mjs';
    new WebSocket('${sockets()}/close/1011').addEventListener('close', () => {
      new WebSocket('${sockets()}/open').addEventListener('open', () => app.quit());
    });`);
  expect(printed).toBe('index.html\n');
  expect(receiver.spans.map(closeLine).sort()).toEqual([
    FAILED,
    '/open client 1006 unclean local process_exit synthetic',
  ]);
  expect(receiver.spans[0]?.resource).toMatchObject({ 'service.name': 'desktop' });
});

it('a function of Vercel sends a close after its response', async () => {
  example = await copyExample('vercel', {
    'wss://chat.example.com/ask': `${sockets()}/close/1011`,
    'https://otlp.example.com': receiver.url,
  });
  // Vercel passes `waitUntil` of a call in this way, and stops the function once all promises have settled.
  const printed = await run(`
    const waited = [];
    const context = { waitUntil: (promise) => waited.push(promise) };
    globalThis[Symbol.for('@vercel/request-context')] = { get: () => context };
    const { GET } = await import('./api/ask.mjs');
    const response = await GET();
    console.log(JSON.stringify([await response.json(), waited.length]));
    await Promise.all(waited);
    process.reallyExit(0);`);
  expect(JSON.parse(printed)).toEqual([{ code: 1011 }, 1]);
  expect(receiver.spans.map(closeLine)).toEqual([FAILED]);
  expect(receiver.spans[0]?.resource).toMatchObject({ 'service.name': 'ask' });
});

it('a function of Vercel that is a server sends a close when the connection ends', async () => {
  example = await copyExample('vercel', { 'https://otlp.example.com': receiver.url });
  // Vercel passes a request for an upgrade, with its socket, in this way.
  const printed = await run(`
    import { createServer } from 'node:http';
    const waited = [];
    const { GET } = await import('./api/chat.mjs');
    const server = createServer();
    const statuses = [];
    server.on('upgrade', async (req, socket, head) => {
      const context = { upgradeWebSocket: () => ({ req, socket, head }), waitUntil: (promise) => waited.push(promise) };
      globalThis[Symbol.for('@vercel/request-context')] = { get: () => context };
      statuses.push((await GET()).status);
    });
    server.listen(0, '127.0.0.1', () => {
      const client = new WebSocket('ws://127.0.0.1:' + server.address().port + '/api/chat');
      client.onopen = () => client.send('hello');
      client.onmessage = ({ data }) => {
        console.log(data, ...statuses);
        client.close(4000);
      };
      client.onclose = async () => {
        await Promise.all(waited);
        process.reallyExit(0);
      };
    });`);
  expect(printed).toBe('you said: hello 204\n');
  expect(receiver.spans.map(closeLine).sort()).toEqual([
    '/api/chat client 4000 clean local local_close',
    '/api/chat server 4000 clean remote remote_close',
  ]);
});

it('a function for the route $disconnect of API Gateway sends a close before it returns', async () => {
  example = await copyExample('api-gateway', { 'https://otlp.example.com': receiver.url });
  const connectedAt = Date.now() - 7_200_000;
  const event = {
    headers: { Host: 'api.example.com', 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' },
    requestContext: {
      routeKey: '$disconnect',
      disconnectStatusCode: 1001,
      eventType: 'DISCONNECT',
      messageDirection: 'IN',
      disconnectReason: 'Going away',
      stage: 'prod',
      connectedAt,
      requestTimeEpoch: connectedAt + 7_200_000,
      identity: { sourceIp: '203.0.113.7' },
      domainName: 'api.example.com',
      connectionId: 'HXqaxcH9vHcCEeg=',
    },
    isBase64Encoded: false,
  };
  // Lambda freezes the process once the promise of the handler has settled.
  const printed = await run(`
    import { handler } from './disconnect.mjs';
    console.log(JSON.stringify(await handler(${JSON.stringify(event)})));
    process.reallyExit(0);`);
  expect(JSON.parse(printed)).toEqual({ statusCode: 200 });
  expect(receiver.spans.map(closeLine)).toEqual([
    '/prod server 1001 clean unknown unknown reason=Going away',
  ]);
  expect(receiver.spans).toMatchObject([
    {
      resource: { 'service.name': 'chat' },
      attributes: {
        'app.connection.id': 'HXqaxcH9vHcCEeg=',
        'server.address': 'api.example.com',
        'websocket.connection.duration': 7200,
      },
    },
  ]);
});
