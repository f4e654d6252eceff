import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { bundleApp } from './bundle-react-native.ts';

const HERMES = dirname(createRequire(import.meta.url).resolve('hermes-compiler/package.json'));

/** Compiles a script as the build of an app does. Rejects if Hermes does not know its syntax. */
async function compile(script: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'closespan-hermes-'));
  const file = join(folder, 'app.js');
  try {
    await writeFile(file, script);
    await promisify(execFile)(join(HERMES, 'hermesc/linux64-bin/hermesc'), [
      ...['-w', '-emit-binary', '-out', join(folder, 'app.hbc'), file],
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

it.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
  'Hermes, the engine of React Native, compiles the file as it is',
  async () => {
    await compile(await bundleApp('fixtures/app.js'));
    await expect(compile('{ using file = open() }')).rejects.toThrow(/error/);
  },
);
