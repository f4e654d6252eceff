import { fileURLToPath } from 'node:url';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';

const program = fileURLToPath(new URL('fixtures/run-polluted.mjs', import.meta.url));

describe('a polluted Object.prototype', () => {
  it.each([
    ['otlp', 'object'],
    ['url', 'url'],
    ['headers', 'object'],
    ['timeoutMillis', 'number'],
    ['protocol', 'protobuf'],
    ['compression', 'protobuf'],
    ['exportIntervalMillis', 'number'],
    ['ignoreUrls', 'object'],
    ['exitTimeout', 'number'],
    ['tracerProvider', 'object'],
    ['sampler', 'object'],
    ['closeHook', 'function'],
    ['redactUrl', 'function'],
    ['configurable', 'flag'],
    ['apply', 'function'],
    ['construct', 'function'],
  ])('with %s redirects no telemetry, and breaks no patch', async (name, value) => {
    const [receiver, stranger] = await Promise.all([startOtlpReceiver(), startOtlpReceiver()]);
    const query = new URLSearchParams({ name, value, port: new URL(stranger.url).port });
    const end = await runNode(process.execPath, [program, `${query}`], {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    });
    await Promise.all([receiver.close(), stranger.close()]);
    expect(end).toMatchObject({ exitCode: 0, stderr: '', stdout: '[]' });
    expect(stranger.spans).toEqual([]);
    expect(receiver.spans.map(closeLine).sort()).toEqual([
      ...Array(2).fill('/chat client 4001 clean local local_close'),
      ...Array(2).fill('/chat server 4001 clean remote remote_close'),
    ]);
  });
});

describe('a variable that the built-in pipeline does not know', () => {
  it.each([
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'http/json is sent'],
    ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/protobuf', 'http/json is sent'],
    ['OTEL_EXPORTER_OTLP_METRICS_PROTOCOL', 'x'.repeat(1000), 'http/json is sent'],
    ['OTEL_TRACES_EXPORTER', 'zipkin', 'otlp is sent'],
    ['OTEL_METRICS_EXPORTER', 'prometheus', 'otlp is sent'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json', undefined],
    ['OTEL_TRACES_EXPORTER', 'otlp', undefined],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', '', undefined],
  ])('%s=%s', async (variable, text, outcome) => {
    const receiver = await startOtlpReceiver();
    const code = `
      const { DiagLogLevel, diag } = await import('@opentelemetry/api');
      diag.setLogger({ ...console, verbose() {} }, DiagLogLevel.WARN);
      const { instrumentWebSockets } = await import('@closespan/node');
      const { WebSocket } = await import('ws');
      const handle = instrumentWebSockets();
      const socket = new WebSocket('ws://127.0.0.1:4');
      await new Promise((resolve) => socket.on('error', () => {}).on('close', resolve));
      await handle.shutdown();`;
    const { stdout, stderr, exitCode } = await runNode(
      process.execPath,
      ['--input-type=module', '-e', code],
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, [variable]: text },
    );
    await receiver.close();
    const lines = `${stdout}${stderr}`.split('\n').filter(Boolean);
    expect(exitCode).toBe(0);
    expect(lines).toHaveLength(outcome ? 1 : 0);
    if (outcome) {
      expect(lines[0]).toContain(`closespan: ${variable}=${text.slice(0, 64)} is not known, ${outcome}`);
      expect(lines[0]?.length).toBeLessThan(200);
    }
    expect(receiver.spans.map(({ name }) => name)).toEqual(['websocket.close']);
  });
});
