import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { type BareScope, createBareScope, pageMembers } from '../helpers/bare-scope.ts';

/** What an app may load: the built file of a script tag, and what a bundler makes of each entry. */
const FORMS = ['closespan', 'index', 'worker', 'workerd'];
const scripts = new Map<string, string>();
const unhandled: unknown[] = [];
const noteUnhandled = (error: unknown) => void unhandled.push(error);
let server: WebSocketServer;
let receiver: OtlpReceiver;
let url: string;

beforeAll(async () => {
  process.on('unhandledRejection', noteUnhandled);
  process.on('uncaughtException', noteUnhandled);
  receiver = await startOtlpReceiver();
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (peer) => peer.close(1011));
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/close`;
  for (const form of FORMS) scripts.set(form, await scriptOf(form));
});
afterAll(async () => {
  process.off('unhandledRejection', noteUnhandled);
  process.off('uncaughtException', noteUnhandled);
  server.close();
  await receiver.close();
});
afterEach(() => expect(unhandled.splice(0)).toEqual([]));

/** The file of a script tag, and an entry as a bundler puts it into one script. */
async function scriptOf(form: string): Promise<string> {
  const file = fileURLToPath(new URL(`../../packages/browser/dist/${form}.js`, import.meta.url));
  if (form === 'closespan') return readFile(file, 'utf8');
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    format: 'iife',
    globalName: 'closespan',
    platform: 'browser',
    // The paths of our tsconfig lead to the sources.
    tsconfigRaw: '{}',
    logLevel: 'error',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

let scopes = 0;

/** What came of two connections in a scope: one that the server closes, and one whose handshake fails. */
interface Outcome {
  /** Code and cause of each close that the hook saw. */
  readonly hooked: string[];
  /** Each close that arrived. */
  readonly arrived: string[];
  readonly scope: BareScope;
}

async function run(form: string, scope: BareScope, options: object = {}): Promise<Outcome> {
  const serviceName = `${form}-${scopes++}`;
  scope.start({ serviceName, otlp: { url: receiver.url }, ...options });
  await Promise.all([scope.connect(url), scope.connect('ws://127.0.0.1:1/refused')]);
  await scope.flush();
  await scope.stop();
  return {
    hooked: scope.closes.map(({ code, cause }) => `${code} ${cause}`).sort(),
    arrived: receiver.spans
      .filter(({ resource }) => resource['service.name'] === serviceName)
      .map(closeLine)
      .sort(),
    scope,
  };
}

/** Runs every form of closespan in a scope of its own. */
function runAll(change: string, members = pageMembers, options: object = {}): Promise<Outcome[]> {
  return Promise.all(
    FORMS.map((form) => run(form, createBareScope(scripts.get(form) ?? '', members(), change), options)),
  );
}

const HOOKED = ['1006 handshake_failed', '1011 server_error'];
const ARRIVED = [
  '/close client 1011 clean remote server_error error=server_error',
  '/refused client 1006 unclean none handshake_failed error=handshake_failed',
];
/** Without `URL` no part of an address is known, and none is made up. */
const WITHOUT_URL = ARRIVED.map((line) => line.replace(/^\S+ /, '')).sort();
/** What a scope without `fetch` can send. */
const NOTHING: string[] = [];

const DENIED = 'Object.assign(new Error("denied"), { name: "SecurityError" })';
const BROKEN: Readonly<Record<string, (name: string) => string>> = {
  'is missing': (name) => `delete globalThis.${name}`,
  'is undefined': (name) => `globalThis.${name} = undefined`,
  'throws when it is read': (name) =>
    `Object.defineProperty(globalThis, '${name}', { get() { throw ${DENIED} } })`,
  'is an object that can do nothing': (name) => `globalThis.${name} = {}`,
};
/** Members that the language or the browser lets nobody break, or that no scope breaks in this way. */
const UNBREAKABLE = ['document', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'];

describe.each(Object.entries(BROKEN))('every close has a record where a global %s:', (way, change) => {
  const names = Object.keys(pageMembers()).filter(
    (name) => !UNBREAKABLE.includes(name) || /missing|undefined/.test(way),
  );
  it.each(names)('%s', async (name) => {
    const arrived = name === 'fetch' ? NOTHING : name === 'URL' ? WITHOUT_URL : ARRIVED;
    const outcomes = await runAll(change(name));
    expect(outcomes).toMatchObject(FORMS.map(() => ({ hooked: HOOKED, arrived })));
  });
});

const TIMERS = { setTimeout, clearTimeout };

describe('every close has a record in a scope that has, beside WebSocket,', () => {
  it.each([
    ['nothing', {}, NOTHING],
    ['timers', TIMERS, NOTHING],
    ['fetch', { fetch }, WITHOUT_URL],
    ['timers and fetch', { ...TIMERS, fetch }, WITHOUT_URL],
    ['timers, fetch and URL', { ...TIMERS, fetch, URL }, ARRIVED],
  ])('%s', async (_title, members, arrived) => {
    const outcomes = await runAll('', () => members);
    expect(outcomes).toMatchObject(FORMS.map(() => ({ hooked: HOOKED, arrived })));
  });
});

describe('every close has a record where', () => {
  it.each([
    ['there is no WeakRef', 'delete globalThis.WeakRef'],
    ['performance has no timeOrigin', 'globalThis.performance = { now: performance.now.bind(performance) }'],
    ['crypto throws', `globalThis.crypto = { getRandomValues() { throw ${DENIED} } }`],
    ['MessageChannel throws', `globalThis.MessageChannel = function () { throw ${DENIED} }`],
    ['AbortSignal.timeout throws', `globalThis.AbortSignal = { timeout() { throw ${DENIED} } }`],
    ['listeners are refused', `globalThis.addEventListener = () => { throw ${DENIED} }`],
    ['navigator knows no brands', 'navigator.userAgentData = {}'],
    [
      'the kind of network is secret',
      `Object.defineProperty(navigator, 'connection', { get() { throw ${DENIED} } })`,
    ],
    ['locks throw', `navigator.locks = { request() { throw ${DENIED} } }`],
    [
      'the getter of locks throws',
      `Object.defineProperty(navigator, 'locks', { get() { throw ${DENIED} } })`,
    ],
    [
      'the getter of IndexedDB throws',
      `navigator.locks = { request: async () => {} }; Object.defineProperty(globalThis, 'indexedDB', { get() { throw ${DENIED} } })`,
    ],
    [
      'responses have no headers',
      '{ const { fetch } = globalThis; globalThis.fetch = async (...args) => ({ status: (await fetch(...args)).status }) }',
    ],
    ['the address of the page is no text', 'globalThis.location = { href: 5 }'],
  ])('%s', async (_title, change) => {
    const outcomes = await runAll(change);
    expect(outcomes).toMatchObject(FORMS.map(() => ({ hooked: HOOKED, arrived: ARRIVED })));
  });
});

it('a scope without URL observes with the options that look at addresses', async () => {
  const outcomes = await runAll('delete globalThis.URL', pageMembers, {
    ignoreUrls: ['/nothing'],
    redactUrl: ({ href }: URL) => href,
    urlTemplate: ({ pathname }: URL) => pathname,
  });
  expect(outcomes).toMatchObject(FORMS.map(() => ({ hooked: HOOKED, arrived: WITHOUT_URL })));
});

it('a scope without TextEncoder counts the bytes of messages', async () => {
  const outcomes = await runAll('delete globalThis.TextEncoder', pageMembers, { messages: true });
  expect(outcomes).toMatchObject(FORMS.map(() => ({ hooked: HOOKED, arrived: ARRIVED })));
});

it('a scope without WebSocket records a socket that the app hands over', async () => {
  for (const form of FORMS) {
    const scope = createBareScope(
      scripts.get(form) ?? '',
      pageMembers(),
      'globalThis.Socket = WebSocket; delete globalThis.WebSocket',
    );
    scope.start({ otlp: false });
    await scope.connectObserved(url);
    await scope.flush();
    expect(scope.closes).toMatchObject([{ code: 1011, cause: 'server_error' }]);
    await scope.stop();
  }
});

it('a scope without performance measures times by the wall clock', async () => {
  const [{ scope }] = (await runAll('delete globalThis.performance')) as [Outcome];
  const durations = scope.closes.map(({ connectionDuration }) => connectionDuration);
  expect(durations.filter((millis) => millis !== undefined && millis >= 0 && millis < 60_000)).toHaveLength(
    1,
  );
});
