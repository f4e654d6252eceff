import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './run-program.ts';
import { NotAvailable } from './suite.ts';

/** Debian's suites, the newest first. A machine of another distribution has its own suite instead. */
const SUITES = ['sid', 'testing', 'stable'];
/** Debian's own keys. Without this file apt trusts the keys that the machine trusts for all sources. */
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const UPSTREAM = /\.orig\.tar\.\w+$/;

/**
 * Unpacks the sources of a Debian package as its authors publish them, tests included. The newest suite whose mirror
 * has the sources is taken. Nothing is installed, and the machine's own package lists stay as they are.
 * @returns the name of the archive
 */
export async function unpackDebianSource(name: string, folder: string): Promise<string> {
  const [uri, codename] = await machinesMirror();
  for (const suite of [...SUITES, codename]) {
    const work = join(folder, '..', `${name}-${suite}`);
    const apt = aptIn(work, [
      'Types: deb-src',
      `URIs: ${uri}`,
      `Suites: ${suite}`,
      'Components: main universe',
      ...(existsSync(KEYRING) ? [`Signed-By: ${KEYRING}`] : []),
    ]);
    await apt('update');
    // One archive of several can be missing. The checksum of each archive that arrives is verified.
    await apt('source', '--download-only', name);
    const archive = readdirSync(work).find((file) => UPSTREAM.test(file));
    if (!archive) continue;
    mkdirSync(folder, { recursive: true });
    const { exitCode } = await runProgram('tar', [
      '--extract',
      '--strip-components=1',
      `--file=${join(work, archive)}`,
      `--directory=${folder}`,
    ]);
    if (exitCode === 0) return archive;
  }
  throw new NotAvailable(`no mirror has the sources of Debian's package ${name}`);
}

async function machinesMirror(): Promise<readonly [uri: string, codename: string]> {
  const format = '$(REPO_URI)|$(CODENAME)';
  const list = await runProgram('apt-get', [
    'indextargets',
    '--format',
    format,
    'Created-By: Packages',
  ]).catch(() => undefined);
  const [uri, codename] = list?.stdout.split('\n')[0]?.split('|') ?? [];
  if (!uri || !codename) throw new NotAvailable('the sources are fetched with apt-get, which is not here');
  return [uri, codename];
}

/** Prepares apt-get with lists and a cache of its own. */
function aptIn(work: string, source: readonly string[]): (...args: string[]) => Promise<unknown> {
  for (const folder of ['lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  const list = join(work, 'debian.sources');
  writeFileSync(list, `${source.join('\n')}\n`);
  const options = [
    `Dir::Etc::sourcelist=${list}`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${join(work, 'lists')}`,
    `Dir::Cache=${join(work, 'cache')}`,
  ].flatMap((option) => ['-o', option]);
  return (...args) => runProgram('apt-get', [...options, ...args], { cwd: work });
}
