import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installApp, packPackages } from '../helpers/install-packed-app.ts';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';

const run = promisify(execFile);

/** Apps that our tarballs are installed beside. */
const APPS = {
  alone: ['@opentelemetry/api@1.9.1', 'typescript@6.0.3'],
  'otel-2': [
    '@opentelemetry/api@1.9.1',
    '@opentelemetry/sdk-trace-node@2.12.0',
    '@opentelemetry/resources@2.12.0',
    '@opentelemetry/exporter-trace-otlp-http@0.223.0',
    '@opentelemetry/instrumentation@0.223.0',
  ],
  'otel-3': [
    '@opentelemetry/api@1.10.0',
    '@opentelemetry/sdk-trace@3.1.1',
    '@opentelemetry/resources@3.1.1',
    '@opentelemetry/exporter-trace-otlp-http@0.301.0',
  ],
};

let folder: string;
let tarballs: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'closespan-packed-'));
  tarballs = await packPackages(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Makes an app; returns also what npm printed. */
async function install(name: keyof typeof APPS): Promise<{ app: string; output: string }> {
  const app = join(folder, name);
  return { app, output: await installApp(app, ['ws@8.23.0', ...APPS[name], ...tarballs]) };
}

async function closesOf(
  binary: string,
  program: string,
  env: Record<string, string> = {},
  flags: string[] = [],
) {
  const receiver = await startOtlpReceiver();
  const end = await runNode(binary, [...flags, program], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    ...env,
  });
  await receiver.close();
  return { ...end, ...receiver };
}

/** Both ends of the connection of `programs/close-once.cjs`. */
const CLOSES = [
  '/packed client 4001 clean local local_close reason=bye',
  '/packed server 4001 clean remote remote_close reason=bye',
];

describe('installed beside nothing else', () => {
  let app: string;
  let output: string;
  beforeAll(async () => {
    ({ app, output } = await install('alone'));
  });

  it('installs without a conflict', () => expect(output).not.toContain('ERESOLVE'));

  for (const version of NODE_VERSIONS) {
    const binary = nodeBinary(version);
    it.skipIf(!binary).each(['mjs', 'cjs'])(`sends closes from Node ${version} (%s)`, async (format) => {
      const { exitCode, stderr, stdout, spans, requests } = await closesOf(
        binary ?? '',
        join(app, `send-through-built-in-pipeline.${format}`),
        {
          OTEL_SERVICE_NAME: 'packed',
          OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=staging',
          OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=acme',
        },
      );
      expect({ exitCode, stderr, stdout }).toEqual({ exitCode: 0, stderr: '', stdout: 'Abnormal Closure' });
      expect(spans.map(closeLine).sort()).toEqual(CLOSES);
      for (const { name, attributes, resource } of spans) {
        expect(name).toBe('websocket.close');
        expect(attributes['websocket.close.name']).toBe('Private use');
        expect(resource).toMatchObject({
          'service.name': 'packed',
          'deployment.environment.name': 'staging',
        });
      }
      for (const { headers } of requests) expect(headers['x-tenant']).toBe('acme');
    });
  }

  it.each([
    { format: 'mjs', flag: '--import' },
    { format: 'cjs', flag: '--require' },
  ])('records an app without a change of its code ($flag, $format)', async ({ format, flag }) => {
    const entry = format === 'mjs' ? 'register.js' : 'register.cjs';
    const flags = [flag, join(app, 'node_modules/@closespan/node/dist', entry)];
    const { exitCode, stderr, spans } = await closesOf(
      nodeBinary(24) ?? process.execPath,
      join(app, `close-unaware.${format}`),
      {},
      flags,
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(spans.map(closeLine).sort()).toEqual(CLOSES);
  });

  it('has types for ES modules and CommonJS', async () => {
    const { stdout } = await run(join(app, 'node_modules/.bin/tsc'), ['--project', app]).catch(
      (error) => error,
    );
    expect(stdout).toBe('');
  });
});

describe.each(['otel-2', 'otel-3'] as const)('installed beside an app on %s', (name) => {
  let app: string;
  let output: string;
  beforeAll(async () => {
    ({ app, output } = await install(name));
  });

  it('installs without a conflict', () => expect(output).not.toContain('ERESOLVE'));

  it('reads the active span and the logger of its version of the API', async () => {
    const end = await runNode(nodeBinary(24) ?? process.execPath, [join(app, 'print-registered-api.mjs')]);
    expect(end).toMatchObject({ exitCode: 0, stdout: '00f067aa0ba902b7\nlogged\n' });
  });

  it.each(['mjs', 'cjs'])("sends closes through the app's provider (%s)", async (format) => {
    const { exitCode, stderr, spans, points } = await closesOf(
      nodeBinary(24) ?? process.execPath,
      join(app, `send-through-${name}.${format}`),
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(spans.map(closeLine).sort()).toEqual(CLOSES);
    for (const { name, resource } of spans) {
      expect(name).toBe('websocket.close');
      expect(resource['service.name']).toBe('their-app');
    }
    // The built-in pipeline would have sent metrics.
    expect(points).toHaveLength(0);
  });
});
