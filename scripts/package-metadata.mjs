import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SHARED_FIELDS = ['bugs', 'license', 'engines'];
const REPOSITORY_URL = /https:\/\/github\.com\/[\w-]+\/closespan(?:\/(?:blob|tree)\/main\/([^\s)#"']+))?/g;

/**
 * Says where the metadata of a package folder, such as `packages/core`, differs from the root's; `undefined` where
 * nothing does. The root's package.json is the one place that names the repository.
 */
export function checkMetadata(folder) {
  const root = readPackage('.');
  const manifest = readPackage(folder);
  const expected = {
    ...Object.fromEntries(SHARED_FIELDS.map((field) => [field, root[field]])),
    homepage: `${root.homepage}/tree/main/${folder}#readme`,
    repository: { ...root.repository, directory: folder },
    publishConfig: { access: 'public', provenance: true },
  };
  const wrong = Object.keys(expected).filter(
    (field) => JSON.stringify(manifest[field]) !== JSON.stringify(expected[field]),
  );
  if (wrong.length === 0) return undefined;
  return wrong
    .map((field) => `${folder}/package.json: expected \`${field}\` to be ${JSON.stringify(expected[field])}`)
    .join('\n');
}

/** Says which links to the repository, in any file, name another owner than the root's or a file that is not there. */
export function checkLinks() {
  const { homepage } = readPackage('.');
  const { stdout } = spawnSync('git', ['grep', '--untracked', '-lF', 'https://github.com/'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const wrong = stdout
    .split('\n')
    .filter((file) => file !== '' && existsSync(join(ROOT, file)))
    .flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(REPOSITORY_URL)]
        .filter(([url, path]) => !url.startsWith(homepage) || (path && !existsSync(join(ROOT, path))))
        .map(([url]) => `${file}: ${url} is not there, or its owner is not the root's`),
    );
  return wrong.length === 0 ? undefined : wrong.join('\n');
}

function readPackage(folder) {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
}
