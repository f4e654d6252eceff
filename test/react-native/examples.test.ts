import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { expect, it } from 'vitest';
import { sampleOf } from '../helpers/read-samples.ts';
import { startWsServer } from '../helpers/start-ws-server.ts';
import { bundleApp, VERSIONS } from './bundle-react-native.ts';
import { startPhone } from './start-app.ts';

const AT = '../../examples/react-native';

/** Modules of a phone. `App` is rendered once, without a screen. */
const MODULES = {
  'react-native': `
    export const AppState = { currentState: 'active', addEventListener: () => ({ remove() {} }) };
    export const Platform = { OS: 'android', Version: 36, constants: { Release: '16', Model: 'Pixel 9' } };
    export const AppRegistry = { registerComponent: (name, component) => component()() };
    export const [Button, Text, View] = [];`,
  react: `
    export const createElement = () => {};
    export const useState = (value) => [value, () => {}];
    export const useEffect = (run) => run();`,
  '@react-native-community/netinfo': `
    export default { addEventListener(listener) { listener({ isConnected: true, type: 'wifi' }); return () => {}; } }`,
  '@react-native-async-storage/async-storage': `
    const items = new Map();
    export default {
      getItem: async (key) => items.get(key) ?? null,
      setItem: async (key, value) => void items.set(key, value),
      removeItem: async (key) => void items.delete(key),
    };`,
};

/** Runs a program on a phone, and returns the span of the close of its socket. */
async function spanOf(file: string, connects: boolean) {
  const receiver = await startOtlpReceiver();
  const server = await startWsServer((peer) => peer.close(1011));
  const program = (await bundleApp(file, MODULES))
    .replace('https://otlp.example.com', receiver.url)
    .replace('wss://chat.example.com', server.url);
  const phone = await startPhone('0.88', 'android');
  phone.run(program);
  if (connects) phone.run(`new WebSocket('${server.url}/rooms/7')`);
  const [span] = await receiver.waitForSpans(1);
  await receiver.close();
  await server.close();
  expect(phone.lines).toEqual([]);
  return span;
}

const CLOSE = '/rooms/7 client 1011 clean remote server_error error=server_error';
const KNOWN = {
  attributes: { 'websocket.app.state': 'active', 'network.connection.type': 'wifi' },
  resource: {
    'service.name': 'chat-app',
    'os.name': 'Android',
    'os.version': '16',
    'android.os.api_level': '36',
    'device.model.identifier': 'Pixel 9',
  },
};

it('the example sends the close of its component', async () => {
  const span = await spanOf(`${AT}/index.js`, false);
  expect(span && closeLine(span)).toBe(CLOSE);
  expect(span).toMatchObject(KNOWN);
});

it.each(VERSIONS)(
  'React Native %s has what the example imports, and does not warn of it',
  async (version) => {
    const folder = fileURLToPath(new URL(AT, import.meta.url));
    const scripts = (await readdir(folder)).filter((file) => file.endsWith('.js'));
    const texts = await Promise.all(scripts.map((file) => readFile(join(folder, file), 'utf8')));
    const names = texts.flatMap(
      (text) => /import \{ (.*) \} from 'react-native'/.exec(text)?.[1]?.split(', ') ?? [],
    );
    expect(names).toContain('AppState');
    const index = new URL('index.js', import.meta.resolve(`react-native-${version}/package.json`));
    const exported = await readFile(index, 'utf8');
    const getters = names.map(
      (name) => exported.split(`get ${name}() {`)[1]?.split('\n  },')[0] ?? 'missing',
    );
    expect(getters.filter((getter) => !getter.includes('require(') || getter.includes('warnOnce'))).toEqual(
      [],
    );
  },
);

it('the sample of the docs sends a close', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'closespan-sample-'));
  const file = join(folder, 'index.js');
  await writeFile(
    file,
    sampleOf('docs/react-native.md › React Native and Expo').text.replace(
      "'@closespan/browser'",
      `'${fileURLToPath(new URL('../../packages/browser/dist/react-native.js', import.meta.url))}'`,
    ),
  );
  const span = await spanOf(file, true);
  await rm(folder, { recursive: true });
  expect(span && closeLine(span)).toBe(CLOSE);
  expect(span).toMatchObject(KNOWN);
});
