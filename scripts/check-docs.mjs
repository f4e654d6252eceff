/** Checks the pages that people read: no long sentence, no link or anchor that leads nowhere, no word that has a better one. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LONGEST_SENTENCE = 30;
/** Written for programs, for lawyers or for a release. */
const NOT_READ = /^\.changeset\/|NOTICES\.md$|CHANGELOG\.md$/;
const FORBIDDEN = [[/\bown pipeline\b/i, 'the built-in pipeline']];

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file && !NOT_READ.test(file) && existsSync(join(ROOT, file)));
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const problems = files.flatMap((file) => {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const text = withoutCode(source);
  const found = [
    ...longSentences(text),
    ...deadLinks(file, text),
    ...forbiddenWords(text),
    ...unknownScripts(source),
  ];
  return found.map(([line, problem]) => `${file}:${line} ${problem}`);
});
for (const problem of problems) console.log(problem);
console.log(`${files.length} pages, ${problems.length} problems`);
process.exitCode = problems.length === 0 && files.length > 0 ? 0 : 1;

/** Blanks what is code or a comment, and keeps the lines where they are; code within a line counts as one word. */
function withoutCode(text) {
  const blank = (match) => match.replace(/[^\n]/g, '');
  return text
    .replace(/^( *)```[\s\S]*?^\1```/gm, blank)
    .replace(/<!--[\s\S]*?-->/g, blank)
    .replace(/(`+)[^\n]*?[^`]\1(?!`)/g, 'code');
}

/** Sentences with more words than a reader takes in at once, with their lines. */
function longSentences(text) {
  return blocks(text).flatMap(([line, block]) =>
    sentences(block)
      .map((sentence) => [
        sentence,
        sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length,
      ])
      .filter(([, words]) => words > LONGEST_SENTENCE)
      .map(([sentence, words]) => [line, `${words} words: ${sentence}`]),
  );
}

/** Paragraphs, list items and cells of tables, each with the line on which it begins. */
function blocks(text) {
  const found = [];
  let open;
  text.split('\n').forEach((line, index) => {
    if (/^\s*\|/.test(line)) {
      open = undefined;
      for (const cell of line.split('|')) found.push([index + 1, cell.trim()]);
    } else if (/^\s*(#+ |$)/.test(line)) {
      open = undefined;
    } else if (!open || /^\s*([-*]|\d+\.) /.test(line)) {
      open = [index + 1, line.trim()];
      found.push(open);
    } else {
      open[1] += ` ${line.trim()}`;
    }
  });
  return found;
}

/** Ends at a point, a question mark or an exclamation mark before a space; of a link the text alone is read. */
function sentences(block) {
  return block
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<[^>]+>/g, '')
    .split(/(?<=[.!?][)*_"”]*)\s+/);
}

/** Links to files and anchors of the project that are not there. */
function deadLinks(file, text) {
  return text.split('\n').flatMap((line, index) =>
    [...line.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => target)
      .filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(file, target))
      .map((target) => [index + 1, `dead link: ${target}`]),
  );
}

function leadsSomewhere(file, target) {
  const [path, anchor] = target.split('#');
  const page = path ? relative(ROOT, join(ROOT, dirname(file), path)) : file;
  if (!existsSync(join(ROOT, page))) return false;
  return anchor === undefined || anchorsOf(page).includes(anchor);
}

/** Anchors as GitHub makes them of headings. */
function anchorsOf(page) {
  const seen = new Map();
  const source = readFileSync(join(ROOT, page), 'utf8').replace(/^( *)```[\s\S]*?^\1```/gm, '');
  return [...source.matchAll(/^#+ +(.*)$/gm)].map(([, heading]) => {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = plain.replace(/[^\p{L}\p{N}\- _]/gu, '').replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

/** Commands of the project that its `package.json` does not have; an example has a file of its own. */
function unknownScripts(source) {
  return source.split('\n').flatMap((line, index) =>
    [...line.matchAll(/npm run ([\w:]+)/g)]
      .map(([, script]) => script)
      .filter((script) => script !== 'dev' && !(script in scripts))
      .map((script) => [index + 1, `unknown script: ${script}`]),
  );
}

function forbiddenWords(text) {
  return text
    .split('\n')
    .flatMap((line, index) =>
      FORBIDDEN.filter(([word]) => word.test(line)).map(([word, better]) => [
        index + 1,
        `${word}: write "${better}"`,
      ]),
    );
}
