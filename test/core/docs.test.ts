import { readFileSync } from 'node:fs';
import * as core from '@closespan/core';
import { describe, expect, it } from 'vitest';
import {
  BROWSER_OPTION_CHECKS,
  OTLP_MEMBERS as BROWSER_OTLP,
} from '../../packages/browser/src/browser-options.ts';
import { CHECKS } from '../../packages/core/src/check-options.ts';
import { CLOSE_CODES } from '../../packages/core/src/record/close-code-table.ts';
import * as semconv from '../../packages/core/src/semconv.ts';
import { ENABLED, ROWS } from '../../packages/node/src/environment.ts';
import { NODE_OPTION_CHECKS, OTLP_MEMBERS as NODE_OTLP } from '../../packages/node/src/node-options.ts';

/** A file of the project; the formatter pads tables, which is no matter here. */
const read = (name: string) =>
  readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8').replace(/ +/g, ' ');

/** The names in the first column of the table under a heading of the README. */
function rowsUnder(heading: string): string[] {
  const [, after = ''] = read('README.md').split(`\n${heading}\n`);
  const [section = ''] = after.split(/\n#+ /, 1);
  return [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name).sort();
}

/** The name that a constant holds, or the form of the names that a function returns. */
const nameOf = (value: unknown) => (typeof value === 'function' ? value('<name>') : value);

describe('docs/telemetry.md', () => {
  it.each(Object.entries(semconv))('names %s', (_key, name) => {
    expect(read('docs/telemetry.md')).toContain(`\`${nameOf(name)}\``);
  });
});

describe('docs/close-codes.md', () => {
  it.each(Object.keys(CLOSE_CODES).map(Number))('has code %i as described', (code) => {
    const { name, category, description, sendable, closable } = core.describeCloseCode(code);
    const cells = [code, name, category, description, sendable ? 'yes' : 'no', closable ? 'yes' : 'no'];
    expect(read('docs/close-codes.md')).toContain(`| ${cells.join(' | ')} |`);
  });
});

describe('@closespan/core', () => {
  it.each(Object.entries(semconv))('exports %s', (key, name) => {
    expect(nameOf(Reflect.get(core, key))).toBe(nameOf(name));
  });
});

describe('README.md', () => {
  const added = (checks: object) =>
    Object.keys(checks).filter((name) => name !== 'otlp' && !(name in CHECKS));

  it.each([
    { heading: '## Options', names: ['otlp', ...Object.keys(CHECKS)] },
    { heading: '### otlp', names: Object.keys({ ...NODE_OTLP, ...BROWSER_OTLP }) },
    { heading: '### In browsers also', names: added(BROWSER_OPTION_CHECKS) },
    { heading: '### On Node also', names: added(NODE_OPTION_CHECKS) },
    { heading: '### Environment', names: [ENABLED, ...ROWS.map(([variable]) => variable)] },
  ])('has a row for each of them, and no other, under $heading', ({ heading, names }) => {
    expect(rowsUnder(heading)).toEqual(names.sort());
  });

  it.each(Object.entries(semconv).filter(([key]) => key.startsWith('METRIC_')))('names %s', (_key, name) => {
    expect(read('README.md')).toContain(`\`${name}\``);
  });
});
