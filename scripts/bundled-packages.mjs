import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import { builds } from '../tsup.config.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PACKAGE_FOLDER = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;

/**
 * Builds all packages into a temporary folder, and tells what of other authors is built into each.
 *
 * @returns a map from a folder, such as `packages/core`, to its list of `{ name, version, license, licenseText, author, files }`,
 *   sorted by name; `files` are entries of `dist` without their extension, sorted.
 */
export async function findBundledPackages() {
  const filesOf = new Map();
  const folder = await mkdtemp(join(tmpdir(), 'closespan-builds-'));
  try {
    for (const [index, options] of builds.entries()) {
      const metafiles = await readMetafiles(options, join(folder, String(index)));
      const target = posix.dirname(options.outDir);
      for (const [path, file] of metafiles.flatMap((metafile) => [...bundledFiles(metafile)])) {
        const files = filesOf.get(target) ?? new Map();
        filesOf.set(target, files.set(path, new Set([...(files.get(path) ?? []), file])));
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const described = await Promise.all(
    [...filesOf].map(async ([target, files]) => [target, await describePackages(files)]),
  );
  return new Map(described);
}

/** What esbuild says of one build: a metafile for each format. */
async function readMetafiles(options, outDir) {
  const metafiles = [];
  const collect = {
    name: 'collect metafiles',
    setup(esbuild) {
      esbuild.initialOptions.metafile = true;
      esbuild.onEnd(({ metafile }) => void metafiles.push(metafile));
    },
  };
  const esbuildPlugins = [...(options.esbuildPlugins ?? []), collect];
  const skipped = { config: false, silent: true, dts: false, treeshake: false };
  await build({ ...options, ...skipped, outDir, esbuildPlugins });
  return metafiles;
}

/** Pairs of a package's folder and an entry that has code of that package, itself or in a chunk that it imports. */
function* bundledFiles({ outputs }) {
  for (const [name, { entryPoint }] of Object.entries(outputs)) {
    if (!entryPoint) continue;
    for (const output of withImports(name, outputs)) {
      for (const [path, { bytesInOutput }] of Object.entries(outputs[output].inputs)) {
        const [folder] = path.match(PACKAGE_FOLDER) ?? [];
        if (folder && bytesInOutput > 0) yield [folder, basename(name).replace(/\.[^.]+$/, '')];
      }
    }
  }
}

/** An output and all outputs that it loads; imports of other packages are not outputs. */
function withImports(name, outputs, seen = new Set()) {
  if (!(name in outputs) || seen.has(name)) return seen;
  seen.add(name);
  for (const { path } of outputs[name].imports) withImports(path, outputs, seen);
  return seen;
}

async function describePackages(files) {
  const packages = await Promise.all(
    [...files].map(async ([path, names]) => {
      const folder = join(ROOT, path);
      const { name, version, license, author } = JSON.parse(
        await readFile(join(folder, 'package.json'), 'utf8'),
      );
      const licenseFile = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
      const licenseText = licenseFile && (await readFile(join(folder, licenseFile), 'utf8'));
      return {
        name,
        version,
        license,
        licenseText,
        author: author?.name ?? author,
        files: [...names].sort(),
      };
    }),
  );
  return packages.sort((a, b) => (a.name < b.name ? -1 : 1));
}
