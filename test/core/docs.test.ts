import { readFileSync } from 'node:fs';
import * as core from '@closespan/core';
import { describe, expect, it } from 'vitest';

/** A file of the project; the formatter pads tables, which is no matter here. */
const read = (name: string) =>
  readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8').replace(/ +/g, ' ');

describe('the contract', () => {
  const names = Object.entries(core).filter(([key]) => /^(ATTR|METRIC|SPAN)_/.test(key));

  it.each(names)('docs/telemetry.md names %s', (_key, name) => {
    expect(read('docs/telemetry.md')).toContain(`\`${name}\``);
  });
});

describe('the tables', () => {
  it.each([...Array(16).keys()].map((index) => 1000 + index).concat(3000, 3003, 3008))(
    'docs/close-codes.md has code %i as described',
    (code) => {
      const { name, category, description, sendable, closable } = core.describeCloseCode(code);
      const cells = [code, name, category, description, sendable ? 'yes' : 'no', closable ? 'yes' : 'no'];
      expect(read('docs/close-codes.md')).toContain(`| ${cells.join(' | ')} |`);
    },
  );

  it('README.md has every option', () => {
    const source = read('packages/core/src/options.ts');
    const block = source.slice(
      source.indexOf('export interface WebSocketOptions'),
      source.indexOf('type Check'),
    );
    const options = [...block.matchAll(/readonly (\w+)\?:/g)].map(([, name]) => name);
    expect(options).toHaveLength(14);
    for (const option of options) expect(read('README.md')).toContain(`| \`${option}\` |`);
  });

  it.each([
    ['NodeWebSocketOptions', 'packages/node/src/node-options.ts'],
    ['BrowserWebSocketOptions', 'packages/browser/src/browser-options.ts'],
  ])('README.md has every option of %s', (name, file) => {
    const [, block = ''] = read(file).split(`interface ${name} `);
    const options = [
      ...block
        .split('\n}', 1)
        .join()
        .matchAll(/readonly (\w+)\?:/g),
    ].map(([, option]) => option);
    expect(options).not.toHaveLength(0);
    for (const option of options) expect(read('README.md')).toContain(`| \`${option}\` |`);
  });

  it('README.md has every variable', () => {
    const rows = read('packages/node/src/environment.ts').matchAll(/\['(CLOSESPAN_\w+)', /g);
    const variables = ['CLOSESPAN_ENABLED', ...[...rows].map(([, variable]) => variable)];
    expect(variables).toContain('CLOSESPAN_PARENT');
    for (const variable of variables) expect(read('README.md')).toContain(`| \`${variable}\` |`);
  });
});
