import { readFileSync } from 'node:fs';
import { autobahnPeerSuite } from './autobahn-peer-suite.ts';
import { fuzzedClient, fuzzedServer } from './autobahn-suites.ts';
import type { Suite } from './suite.ts';
import { undiciSuite } from './undici-suite.ts';
import { websocketSuite } from './websocket-suite.ts';
import { wsSuite } from './ws-suite.ts';

/** All suites, in the order in which they run. */
export const SUITES: readonly Suite[] = [
  wsSuite,
  websocketSuite,
  undiciSuite('undici, WebSocket', ['test/websocket/**/*.js'], true),
  // Not those of `fetch` and of interceptors, which pass by everything that closespan touches.
  undiciSuite(
    'undici, connections',
    ['test/{node-test,eventsource}/*.js', 'test/{client,connect,upgrade,tls,pool}*.js'],
    false,
  ),
  fuzzedServer('ws', versionOf('ws')),
  fuzzedServer('websocket', versionOf('websocket')),
  fuzzedClient('ws', versionOf('ws')),
  fuzzedClient('undici', versionOf('undici')),
  fuzzedClient('websocket', versionOf('websocket')),
  fuzzedClient('global', `Node ${process.versions.node}`),
  autobahnPeerSuite,
];

function versionOf(name: string): string {
  const file = new URL(`node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')).version;
}
