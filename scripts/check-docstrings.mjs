// Refuses docstrings that cannot be read alone, as a tooltip shows them: `node scripts/check-docstrings.mjs [file...]`.
import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';

const files = process.argv.length > 2 ? process.argv.slice(2) : globSync('packages/*/src/**/*.ts');
/** Openings that point at a neighbour, or that name no subject. */
const REFUSED = /^(the same|what|as above|likewise|ditto)\b/i;

let count = 0;
for (const file of files.toSorted()) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  for (const docstring of docstringsOf(source)) {
    for (const { start, said } of statementsOf(docstring)) {
      if (!REFUSED.test(said)) continue;
      count++;
      const { line } = source.getLineAndCharacterOfPosition(start);
      console.error(`${file}:${line + 1}: begins with "${said.slice(0, 40)}"`);
    }
  }
}
console.log(`${files.length} files, ${count} docstrings refused`);
process.exitCode = count > 0 || files.length === 0 ? 1 : 0;

/** All docstrings of a file, each once. */
function docstringsOf(source) {
  const found = new Map();
  visit(source);
  return found.values();

  function visit(node) {
    for (const child of node.getChildren(source)) {
      for (const docstring of child.jsDoc ?? []) found.set(docstring.pos, docstring);
      if (child.kind !== ts.SyntaxKind.JSDoc) visit(child);
    }
  }
}

/** The description of a docstring, and the text of each of its tags, with their places. */
function statementsOf(docstring) {
  return [docstring, ...(docstring.tags ?? [])].map((part) => ({
    start: part.getStart(),
    said: said(part.comment),
  }));
}

function said(comment) {
  return (ts.getTextOfJSDocComment(comment) ?? '').replace(/\s+/g, ' ').trim();
}
