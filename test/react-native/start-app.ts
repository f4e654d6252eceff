import { createContext, runInContext } from 'node:vm';
import type * as closespan from '../../packages/browser/src/react-native.ts';
import { bundleApp, bundleReactNative, type Version } from './bundle-react-native.ts';
import { nativeNetworking } from './native-networking.ts';
import { nativeWebSockets, type System } from './native-web-sockets.ts';

/** A phone that runs JavaScript, with React Native's globals. */
export interface Phone {
  /** The global object of the app. */
  readonly scope: typeof globalThis;
  /** Lines of the app's console, and of the logger that the app has given to OpenTelemetry's `diag`. */
  readonly lines: readonly string[];
  /** Sends an event of the phone to JavaScript. */
  emit(name: string, body: object): void;
  /** Runs a script in the app. */
  run(script: string): unknown;
}

/** A running React Native app. */
export interface App extends Phone {
  /** What the app imports of `@closespan/browser`. */
  readonly closespan: typeof closespan;
}

const bundles = new Map<string, Promise<string>>();

/** Returns a bundle, which is made once. */
function once(name: string, make: () => Promise<string>): Promise<string> {
  const made = bundles.get(name) ?? make();
  bundles.set(name, made);
  return made;
}

/**
 * Starts a phone: a realm that has the language, and of the platform only React Native's own globals.
 * @param globals further globals, or others
 */
export async function startPhone(version: Version, system: System, globals: object = {}): Promise<Phone> {
  const reactNative = await once(version, () => bundleReactNative(version));
  const lines: string[] = [];
  const log = (...line: unknown[]) => void lines.push(line.map(String).join(' '));
  let emitter: { emit(name: string, body: unknown): void } | undefined;
  const emit = (name: string, body: unknown) => emitter?.emit(name, body);
  const context = createContext({
    setTimeout,
    clearTimeout,
    performance: { now: () => performance.now() },
    navigator: { product: 'ReactNative' },
    console: { log, warn: log, error: log },
    native: { os: system, webSockets: nativeWebSockets(system, emit), networking: nativeNetworking(emit) },
    [Symbol.for('opentelemetry.js.api.1')]: { diag: { error: log, warn: log, debug() {} } },
    ...globals,
  });
  const run = (script: string) => runInContext(script, context);
  run('globalThis.window = globalThis.self = globalThis');
  ({ emitter } = run(`${reactNative};reactNative`) as { emitter: typeof emitter });
  return { scope: run('globalThis') as typeof globalThis, lines, emit, run };
}

/** Starts an app that imports `@closespan/browser`. */
export async function startApp(version: Version, system: System, globals: object = {}): Promise<App> {
  const app = await once('app', () => bundleApp('fixtures/app.js'));
  const phone = await startPhone(version, system, globals);
  return { ...phone, closespan: phone.run(`${app};app`) as typeof closespan };
}
