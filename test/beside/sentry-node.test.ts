import { fileURLToPath } from 'node:url';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeBinary, runNode } from '../helpers/run-node.ts';
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
