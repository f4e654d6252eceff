import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A code sample of a page. */
export interface Sample {
  /** Page, heading, and a number where the heading has several: `README.md › Start › 2`. */
  readonly id: string;
  readonly language: string;
  readonly text: string;
  /** File name: by the comment in the first line, else `sample` with the language's extension. */
  readonly file: string;
  /** Lists of packages, one for each install line that the page gives near the sample. */
  readonly installs: readonly string[];
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CODE = ['js', 'ts', 'html'];
/** The page to which a page without an install line sends its readers. */
const INSTALL_PAGE = 'README.md';

/** The sample with an id. */
export function sampleOf(id: string): Sample {
  const found = readSamples().find((sample) => sample.id === id);
  if (!found) throw new Error(`Expected a sample \`${id}\``);
  return found;
}

/** Every sample of the pages that a user reads. */
export function readSamples(): Sample[] {
  const pages = execFileSync('git', ['ls-files', '*README.md', 'docs/*.md'], { cwd: ROOT, encoding: 'utf8' });
  const general = blocksOf(INSTALL_PAGE).filter(({ heading }) => heading === 'Install');
  return pages
    .trim()
    .split('\n')
    .flatMap((page) => samplesOf(page, general.flatMap(installsOf)));
}

interface Block {
  readonly heading: string;
  readonly language: string;
  readonly text: string;
}

/** Fenced blocks in their order, each with the heading above it. */
function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let heading = '';
  const text = readFileSync(`${ROOT}/${page}`, 'utf8');
  for (const [, title, language = '', code = ''] of text.matchAll(/^#+ (.*)$|^```(\w*)\n([\s\S]*?)^```$/gm)) {
    if (title === undefined) blocks.push({ heading, language, text: code });
    else heading = title.replaceAll('`', '');
  }
  return blocks;
}

function samplesOf(page: string, general: readonly string[]): Sample[] {
  const samples: Sample[] = [];
  const counts = new Map<string, number>();
  let near: { readonly heading: string; readonly installs: readonly string[] } | undefined;
  for (const block of blocksOf(page)) {
    const { heading, language, text } = block;
    const installs = installsOf(block);
    if (installs.length > 0) near = { heading, installs };
    if (!CODE.includes(language)) continue;
    const count = (counts.get(heading) ?? 0) + 1;
    counts.set(heading, count);
    const ours =
      /@closespan\/(browser|node)/.exec(text)?.[0] ?? (language === 'html' ? '@closespan/browser' : '');
    samples.push({
      id: [page, heading, ...(count > 1 ? [count] : [])].join(' › '),
      language,
      text,
      file:
        /^\/\/ (\S+\.\w+)$/m.exec(text.split('\n', 1)[0] ?? '')?.[1] ??
        `sample.${extensionOf(language, text)}`,
      installs: near?.heading === heading ? near.installs : general.filter((line) => line.includes(ours)),
    });
  }
  return samples;
}

function extensionOf(language: string, text: string): string {
  if (language !== 'js') return language;
  return text.includes('require(') ? 'cjs' : 'mjs';
}

/** Reads what `npm install` gets in a block of shell commands, a list a line. */
function installsOf({ language, text }: Block): string[] {
  if (language !== 'sh') return [];
  return [...text.matchAll(/^npm install (.*?)\s*(?:#.*)?$/gm)].map(([, packages = '']) => packages);
}
