import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import resolve from '@rollup/plugin-node-resolve';
import { build as esbuild, transform } from 'esbuild';
import { type Browser, chromium } from 'playwright';
import { rollup } from 'rollup';
import { build as vite } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import webpack from 'webpack';
import { chromiumLaunchOptions } from '../helpers/chromium.ts';
import { installApp, packPackages } from '../helpers/packed-app.ts';
import { startPageSite } from '../helpers/page-site.ts';

/** Each builds the app for production, with no setting but those it needs, into `entry.js` and chunks. */
const BUNDLERS: Record<string, (app: string, outDir: string) => Promise<unknown>> = {
  async esbuild(app, outdir) {
    await esbuild({
      entryPoints: { entry: app },
      outdir,
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      logLevel: 'error',
    });
  },
  async rollup(app, dir) {
    const bundle = await rollup({ input: { entry: app }, plugins: [resolve({ browser: true })] });
    await bundle.write({ dir, format: 'es', entryFileNames: '[name].js', compact: true });
  },
  async vite(app, outDir) {
    await vite({
      configFile: false,
      logLevel: 'error',
      build: {
        outDir,
        rollupOptions: {
          input: { entry: app },
          output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
        },
        modulePreload: false,
      },
      base: './',
    });
  },
  webpack: (app, path) =>
    new Promise<void>((done, fail) => {
      webpack(
        {
          mode: 'production',
          entry: { entry: app },
          output: { path, filename: '[name].js' },
          performance: false,
        },
        (error, stats) => {
          if (error || stats?.hasErrors()) fail(error ?? new Error(stats?.toString()));
          else done();
        },
      );
    }),
};

let browser: Browser;
let folder: string;
let app: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'closespan-bundlers-'));
  const tarballs = await packPackages(folder);
  await installApp(join(folder, 'app'), ['@opentelemetry/api@1.9.1', ...tarballs]);
  app = join(folder, 'app/close-on-click.js');
  browser = await chromium.launch(chromiumLaunchOptions());
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

describe.each(Object.entries(BUNDLERS))('built by %s', (name, build) => {
  let outDir: string;
  let files: Record<string, string>;
  beforeAll(async () => {
    outDir = join(folder, name);
    await build(app, outDir);
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
    // With the API, the app, and what the bundler adds to each chunk; the budgets to the byte are size-limit's.
    expect(await weight(atStart)).toBeLessThan(10_000);
    expect(await weight(loaded)).toBeLessThan(22_000);
    const text = atStart.map((name) => files[name]).join('');
    expect(text).not.toContain('resourceSpans');
    expect(text).not.toContain('indexedDB');
    await page.close();
    await site.close();
    await receiver.close();
  });
});
