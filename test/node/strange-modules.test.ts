import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';

const strict = `new Proxy(() => {}, {
  get(target, key) {
    if (!(key in target)) throw new Error('there is no ' + String(key));
    return target[key];
  },
})`;
const revoked = `(() => {
  const { proxy, revoke } = Proxy.revocable(() => {}, {});
  revoke();
  return proxy;
})()`;
const hidden = `Object.defineProperty(() => {}, 'prototype', { get() { throw new Error('no class'); } })`;
const nameless = `class { static get name() { throw new Error('no name'); } }`;
const deprecated = `Object.defineProperty(function () {}, 'Server', {
  get() { process.emitWarning('Server is deprecated', 'DeprecationWarning'); },
})`;

it.each([
  { what: 'a proxy that throws', exported: strict },
  { what: 'a proxy that was revoked', exported: revoked },
  { what: 'a function whose `prototype` throws', exported: hidden },
  { what: 'a function whose `name` throws', exported: nameless },
  { what: 'a function with a deprecated `Server`', exported: deprecated },
])('$what can be exported, before and after the call', async ({ exported }) => {
  const directory = await mkdtemp(join(tmpdir(), 'closespan-'));
  const [before, after] = ['before.cjs', 'after.cjs'].map((name) => join(directory, name));
  for (const file of [before, after]) await writeFile(file as string, `module.exports = ${exported};`);
  const program = `
    const { diag } = require('@opentelemetry/api');
    diag.setLogger({ ...console, verbose() {} });
    require(${JSON.stringify(before)});
    require('@closespan/node').instrumentWebSockets({ otlp: false });
    require(${JSON.stringify(after)});`;
  const end = await runNode(process.execPath, ['-e', program]);
  await rm(directory, { recursive: true });
  expect(end).toEqual({ exitCode: 0, signal: null, stdout: '', stderr: '' });
});

it('a module whose `exports` throw does not keep us from the call', async () => {
  const program = `
    const module = new (require('node:module'))('lazy');
    Object.defineProperty(module, 'exports', { get() { throw new Error('not yet'); } });
    require.cache.lazy = module;
    require('@closespan/node').instrumentWebSockets({ otlp: false });`;
  const end = await runNode(process.execPath, ['-e', program]);
  expect(end).toEqual({ exitCode: 0, signal: null, stdout: '', stderr: '' });
});
