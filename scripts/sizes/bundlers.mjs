import { join } from 'node:path';
import { build as buildWithEsbuild } from 'esbuild';
import { build as buildWithVite } from 'vite';
import webpack from 'webpack';

/**
 * Builds for production: a folder with `index.html` and `page.js` goes in.
 * @typedef {(folder: string, outDir: string) => Promise<Record<string, Chunk>>} Bundler
 * A file that came out, by its path.
 * @typedef {{ isEntry: boolean, imports: string[], laterImports: string[], modules: string[] }} Chunk
 */

/** @type {Record<string, Bundler>} */
export const BUNDLERS = { Vite: vite, esbuild, webpack: withWebpack };

async function vite(root, outDir) {
  const { output } = await buildWithVite({
    root,
    configFile: false,
    logLevel: 'warn',
    build: { outDir },
  });
  const path = (fileName) => join(outDir, fileName);
  return Object.fromEntries(
    output
      .filter(({ type }) => type === 'chunk')
      .map(({ fileName, isEntry, imports, dynamicImports, moduleIds }) => [
        path(fileName),
        { isEntry, imports: imports.map(path), laterImports: dynamicImports.map(path), modules: moduleIds },
      ]),
  );
}

async function esbuild(root, outdir) {
  const { metafile } = await buildWithEsbuild({
    absWorkingDir: root,
    entryPoints: ['page.js'],
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    metafile: true,
  });
  const path = (file) => join(root, file);
  const pathsOf = (imports, wanted) =>
    imports.filter(({ kind }) => kind === wanted).map((each) => path(each.path));
  return Object.fromEntries(
    Object.entries(metafile.outputs).map(([file, { entryPoint, imports, inputs }]) => [
      path(file),
      {
        isEntry: entryPoint === 'page.js',
        imports: pathsOf(imports, 'import-statement'),
        laterImports: pathsOf(imports, 'dynamic-import'),
        modules: Object.keys(inputs),
      },
    ]),
  );
}

async function withWebpack(context, path) {
  const stats = await new Promise((resolve, reject) => {
    webpack({ mode: 'production', context, entry: './page.js', output: { path } }, (error, result) =>
      error ? reject(error) : resolve(result),
    );
  });
  if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString());
  const { chunks } = stats.toJson({
    all: false,
    chunks: true,
    chunkModules: true,
    chunkRelations: true,
    nestedModules: true,
    ids: true,
  });
  const filesOf = (ids) =>
    chunks.filter(({ id }) => ids.includes(id)).flatMap(({ files }) => files.map((file) => join(path, file)));
  return Object.fromEntries(
    chunks.map(({ id, initial, children, modules }) => [
      filesOf([id])[0],
      {
        isEntry: initial,
        imports: [],
        laterImports: filesOf(children),
        // Modules of webpack's runtime have no name.
        modules: modules.flatMap(namesOf),
      },
    ]),
  );
}

function namesOf({ name = '', modules = [] }) {
  return [name, ...modules.flatMap(namesOf)];
}

/** The files that a page loads: at start, and in all, but for those with modules that an option alone loads. */
export function loadedFiles(chunks, byOption) {
  const closure = (files, importsOf) => {
    const found = new Set(files);
    for (const file of found) for (const next of importsOf(chunks[file])) found.add(next);
    return [...found];
  };
  const entries = Object.keys(chunks).filter((file) => chunks[file].isEntry);
  const isWanted = (file) => !chunks[file].modules.some((name) => byOption.test(name));
  return {
    start: closure(entries, ({ imports }) => imports),
    all: closure(entries, ({ imports, laterImports }) => [...imports, ...laterImports.filter(isWanted)]),
  };
}
