/**
 * Compares the types that were built with the API reports in `packages/<name>/api`, one report an entry, so that a
 * review sees what changes for users. Prints each difference; `--update` writes the reports.
 */
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const PACKAGES = ['core', 'browser', 'node'];
/** Entries that no app imports: their names may change in any release. */
const INTERNAL = [
  'platform',
  'recording',
  'page-recording',
  'messages',
  'otlp',
  'otlp-metrics',
  'pipeline',
  'protobuf',
  'metrics',
  'option-parts',
];
const NO_MESSAGES = { default: { logLevel: ExtractorLogLevel.None } };

const isUpdate = process.argv.includes('--update');
const temporary = await mkdtemp(join(tmpdir(), 'closespan-api-'));
let different = 0;
try {
  for (const name of PACKAGES) {
    const folder = fileURLToPath(new URL(`../packages/${name}`, import.meta.url));
    const entries = await entriesOf(folder);
    for (const entry of entries) if (!(await report(folder, entry))) different++;
    for (const left of await leftOver(folder, entries)) {
      console.log(`packages/${name}/api/${left}: there is no such entry`);
      if (isUpdate) await rm(join(folder, 'api', left));
      else different++;
    }
  }
} finally {
  await rm(temporary, { recursive: true, force: true });
}
if (different > 0)
  console.log('Write the reports with `node scripts/api-report.mjs --update`, and commit them.');
process.exitCode = different === 0 ? 0 : 1;

/** Names of the files with types that a package exports. */
async function entriesOf(folder) {
  const { exports } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const found = JSON.stringify(exports).matchAll(/"types":"\.\/dist\/([\w-]+)\.d\.ts"/g);
  return [...new Set([...found].map(([, entry]) => entry))];
}

/** @returns whether the report says what was built */
async function report(folder, entry) {
  const reportFolder = join(folder, 'api', INTERNAL.includes(entry) ? 'internal' : '');
  await mkdir(reportFolder, { recursive: true });
  const types = `dist/${entry}.d.ts`;
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, types),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2022',
            lib: ['es2023', 'dom'],
            module: 'esnext',
            moduleResolution: 'bundler',
            strict: true,
            types: ['node'],
          },
          files: [types],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: entry,
        reportFolder,
        reportTempFolder: temporary,
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      // How docstrings are written is none of its business.
      messages: { extractorMessageReporting: NO_MESSAGES, tsdocMessageReporting: NO_MESSAGES },
    },
  });
  const { succeeded, apiReportChanged } = Extractor.invoke(config, {
    localBuild: isUpdate,
    printApiReportDiff: !isUpdate,
    messageCallback(message) {
      message.handled =
        message.logLevel === ExtractorLogLevel.Info || message.logLevel === ExtractorLogLevel.Verbose;
    },
  });
  console.log(
    `@closespan/${basename(folder)}, ${entry}: ${apiReportChanged ? (isUpdate ? 'written' : 'DIFFERENT') : 'ok'}`,
  );
  return succeeded;
}

/** Reports of entries that the package no longer exports. */
async function leftOver(folder, entries) {
  const files = await readdir(join(folder, 'api'), { recursive: true });
  return files.filter((file) => file.endsWith('.api.md') && !entries.includes(basename(file, '.api.md')));
}
