import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleOf } from '../helpers/read-samples.ts';
import { nodeBinary, runNode } from '../helpers/run-node.ts';
import { startWsServer } from '../helpers/start-ws-server.ts';
import { type Intake, startIntake } from './start-intake.ts';

const program = fileURLToPath(new URL('fixtures/connect-beside-sentry.mjs', import.meta.url));

let intake: Intake;
let receiver: OtlpReceiver;
beforeEach(async () => {
  [intake, receiver] = await Promise.all([startIntake(), startOtlpReceiver()]);
});
afterEach(() => Promise.all([intake.close(), receiver.close()]));

describe.each(['before', 'after'])('closespan starts %s Sentry', (order) => {
  it.each([
    // Version and options of Sentry, and who gets the spans of both ends.
    ['11', {}, 'receiver'],
    ['11', { tracesSampleRate: 1 }, 'receiver'],
    ['10', { tracesSampleRate: 1 }, 'Sentry'],
    ['10', {}, 'nobody'],
    ['10', { skipOpenTelemetrySetup: true }, 'receiver'],
  ])('version %s with %j: spans go to %s', async (version, options, to) => {
    const query = {
      version,
      order,
      options: JSON.stringify(options),
      intake: intake.url,
      otlp: receiver.url,
    };
    const { stdout, stderr } = await runNode(nodeBinary(24) ?? process.execPath, [
      program,
      String(new URLSearchParams(query)),
    ]);
    expect(JSON.parse(stdout || '0'), stderr).toEqual(['client 1011', 'server 1011']);
    const sent = intake.requests('/api/1/envelope/').map(({ body }) => body);
    expect(sent.filter((body) => body.includes('"value":"of the app"'))).toHaveLength(1);
    expect(sent.filter((body) => body.includes('"websocket.close.code":1011'))).toHaveLength(
      to === 'Sentry' ? 2 : 0,
    );
    expect(receiver.spans.map(closeLine).sort()).toEqual(
      to === 'receiver'
        ? [
            '/room client 1011 clean remote server_error error=server_error',
            '/room server 1011 clean local server_error error=server_error',
          ]
        : [],
    );
    expect(sent.join('\n')).not.toContain('/v1/traces');
  });
});

it('the sample "Send closes to Sentry" does so on Node, with the packages of Node', async () => {
  const server = await startWsServer((peer) => peer.close(1011));
  const copies = fileURLToPath(new URL('node_modules/.cache', import.meta.url));
  await mkdir(copies, { recursive: true });
  const folder = await mkdtemp(join(copies, 'sentry-node-'));
  const file = join(folder, 'app.mjs');
  const sample = sampleOf('docs/beside.md › Send closes to Sentry')
    .text.replace('@closespan/browser', '@closespan/node')
    .replace('@sentry/browser', '@sentry/node')
    .replace('https://key@sentry.example.com', `http://key@${intake.url.replace('http://', '')}`);
  await writeFile(
    file,
    `${sample}
    await new Promise((resolve) => { new WebSocket('${server.url}/room').onclose = resolve; });
    await instrumentWebSockets().forceFlush();
    await Sentry.flush(5000);
    process.exit();`,
  );
  const { stderr } = await runNode(nodeBinary(24) ?? process.execPath, [file]);
  await rm(folder, { recursive: true });
  await server.close();
  expect(stderr).toBe('');
  const sent = intake.requests('/api/1/envelope/').map(({ body }) => body);
  const messages = sent.filter((body) => body.includes('The peer closed because of a failure: 1011'));
  expect(messages).toHaveLength(1);
  expect(messages[0]).toContain('"fingerprint":["websocket.close","1011","server_error"]');
});
