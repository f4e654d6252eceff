import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SAMPLE = /```js\n(import \{ instrumentWebSockets \} from '@closespan\/browser';\n[\s\S]*?)```/;

/**
 * Makes the app of a user outside the repository, whose tsconfig.json would lead bundlers to our sources: a page with
 * the README's sample, and our packages as they are published beside it.
 * @returns {Promise<string>} the app's folder
 */
export async function makePageApp() {
  const folder = await mkdtemp(join(tmpdir(), 'closespan-sizes-'));
  const [, sample] = SAMPLE.exec(await readFile(join(ROOT, 'README.md'), 'utf8')) ?? [];
  if (!sample) throw new Error('README.md has no page sample');
  await writeFile(join(folder, 'page.js'), sample);
  await writeFile(join(folder, 'codes.js'), "export { describeCloseCode } from '@closespan/core';");
  await writeFile(
    join(folder, 'index.html'),
    '<!doctype html><script type="module" src="/page.js"></script>',
  );
  const modules = join(folder, 'node_modules');
  for (const part of ['dist', 'package.json']) {
    for (const name of ['core', 'browser']) {
      const from = join(ROOT, 'packages', name, part);
      await cp(from, join(modules, '@closespan', name, part), { recursive: true });
    }
  }
  const { resolve } = createRequire(join(ROOT, 'packages/browser/package.json'));
  for (const name of ['@opentelemetry/api', 'idb-keyval']) {
    await cp(packageFolder(resolve(name), name), join(modules, name), { recursive: true });
  }
  return folder;
}

function packageFolder(file, name) {
  return file.endsWith(name) ? file : packageFolder(dirname(file), name);
}
