import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { transform } from 'esbuild';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUNDLERS } from '../helpers/bundlers.ts';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';
import { installApp, linkApp, packPackages } from '../helpers/install-packed-app.ts';
import { startPageSite } from '../helpers/start-page-site.ts';

/** Entries, and what an app takes from each. */
const ENTRIES = [
  { entry: '@closespan/browser', name: 'instrumentWebSockets', target: 'browser' },
  { entry: '@closespan/browser/worker', name: 'instrumentWebSockets', target: 'browser' },
  { entry: '@closespan/browser/store', name: 'StoredSpanExporter', target: 'browser' },
  { entry: '@closespan/core', name: 'describeCloseCode', target: 'browser' },
  { entry: '@closespan/node', name: 'instrumentWebSockets', target: 'node' },
] as const;

let browser: Browser;
let folder: string;
let app: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'closespan-bundlers-'));
  const tarballs = await packPackages(folder);
  await installApp(join(folder, 'app'), ['@opentelemetry/api@1.9.1', ...tarballs]);
  await linkApp(join(folder, 'app'), join(folder, 'linked'));
  app = join(folder, 'app/close-on-click.js');
  browser = await chromium.launch(chromiumLaunchOptions());
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

describe.each(Object.entries(BUNDLERS))('built by %s', (name, { build, formats }) => {
  let outDir: string;
  let files: Record<string, string>;
  beforeAll(async () => {
    outDir = join(folder, name);
    await build({ file: app, outDir, target: 'browser' });
    const names = (await readdir(outDir)).filter((name) => name.endsWith('.js'));
    files = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await readFile(join(outDir, name), 'utf8')])),
    );
  });

  it('starts with the lean entry, and loads the rest when a socket opens', async () => {
    const receiver = await startOtlpReceiver();
    const site = await startPageSite('', {
      '/': {
        type: 'text/html',
        body: '<!doctype html><button>Go</button><script type="module" src="/entry.js"></script>',
      },
      ...Object.fromEntries(
        Object.entries(files).map(([name, body]) => [`/${name}`, { type: 'text/javascript', body }]),
      ),
    });
    const page = await browser.newPage();
    const loaded: string[] = [];
    page.on('response', (response) => {
      if (response.url().endsWith('.js')) loaded.push(new URL(response.url()).pathname.slice(1));
    });
    await page.goto(`${site.url}/?otlp=${receiver.url}`, { waitUntil: 'networkidle' });
    const atStart = [...loaded];
    await page.click('button');
    const [span] = await receiver.waitForSpans(1);
    expect(span && closeLine(span)).toBe(
      '/close/1011 client 1011 clean remote server_error error=server_error',
    );
    expect(span?.resource).toMatchObject({ 'service.name': 'bundled' });
    expect(loaded.length).toBeGreaterThan(atStart.length);

    // Each file by itself, as it is served; minified, which Rollup leaves to a plugin.
    const weight = async (names: string[]) => {
      const codes = await Promise.all(names.map((name) => transform(files[name] ?? '', { minify: true })));
      return codes.reduce((sum, { code }) => sum + gzipSync(code).length, 0);
    };
    // With the app, and what the bundler adds to each chunk; the budgets to the byte are those of `npm run size`.
    expect(await weight(atStart)).toBeLessThan(6500);
    expect(await weight(loaded)).toBeLessThan(23_600);
    const text = atStart.map((name) => files[name]).join('');
    expect(text).not.toContain('resourceSpans');
    expect(text).not.toContain('indexedDB');
    // A text that only the API has.
    expect(loaded.map((name) => files[name]).join('')).not.toContain('duplicate registration of API');
    await page.close();
    await site.close();
    await receiver.close();
  });

  it.each(ENTRIES.flatMap((each) => formats.map((format) => ({ ...each, format }))))(
    'warns of nothing: $entry in an app of $format',
    async ({ entry, name: imported, target, format }) => {
      const importLine =
        format === 'mjs'
          ? `import { ${imported} } from '${entry}';`
          : `const { ${imported} } = require('${entry}');`;
      const id = `${entry.replace(/\W+/g, '-')}-${name}`;
      for (const installed of ['app', 'linked']) {
        const file = join(folder, installed, `${id}.${format}`);
        await writeFile(file, `${importLine} globalThis.imported = ${imported};`);
        const outDir = join(folder, `${id}-${format}-${installed}`);
        expect(await build({ file, outDir, target }), installed).toEqual([]);
      }
    },
  );
});
