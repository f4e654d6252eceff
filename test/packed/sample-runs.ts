// Every code sample of the pages, and how it is run. A sample that is missing here fails `samples-node.test.ts`.

/** A connection of the program that is started behind a sample: a path, and the code and reason with which it closes. */
export type Connection = readonly [path: string, code?: number, reason?: string];

/** Connections that are made behind a sample, and the span of the last of them. */
interface Run {
  readonly connections?: readonly Connection[];
  /** @defaultValue the line of a close with 1011 */
  readonly close?: string;
  /** Members of the span beside the close. */
  readonly span?: object;
  /** Whether some of the normal closes are left out. */
  readonly samples?: true;
}

/** The line of the close that `/close/1011` of a page site makes. */
export const FAILED = '/close/1011 client 1011 clean remote server_error error=server_error';
const CHAT = { resource: { 'service.name': 'chat' } };
const CHAT_WEB = { resource: { 'service.name': 'chat-web' } };
const RATIO = 'README.md › Keep every abnormal close, and 5 % of the others';
const SAMPLED: Run = {
  connections: [...Array.from({ length: 40 }, () => ['/rooms/7', 1000] as const), ['/close/1011']],
  samples: true,
};

/** Samples of Node that `programs/open-connections.mjs` is started behind. */
export const STARTED: Readonly<Record<string, Run>> = {
  'README.md › In Node › 2': { span: CHAT },
  'README.md › With an SDK of yours': {},
  [RATIO]: SAMPLED,
  [`${RATIO} › 2`]: SAMPLED,
  [`${RATIO} › 3`]: SAMPLED,
  'README.md › Name your own codes': {
    connections: [['/close/4000'], ['/close/4401']],
    close: '/close/4401 client 4401 clean remote remote_close error=remote_close',
    span: { attributes: { 'websocket.close.name': 'Session expired' } },
  },
  'README.md › Name URLs with ids in them': {
    connections: [['/rooms/7', 1000]],
    close: '/rooms/7 client 1000 clean local local_close',
    span: { name: 'websocket.close /rooms/{id}' },
  },
  'README.md › Hide what a path or a reason tells': {
    connections: [['/invite/secret', 4000, 'bye ann@example.com']],
    close: '/invite/REDACTED client 4000 clean local local_close reason=bye REDACTED',
  },
  'README.md › Say whose connection it was': {},
  'README.md › Add what only the app knows': { span: { attributes: { 'app.release': '1.4.2' } } },
  'docs/causes.md › Causes, in words': {},
  'docs/presets.md › Presets: close codes of protocols': {},
  'docs/presets.md › Presets: close codes of protocols › 2': {},
  'packages/node/README.md › @closespan/node': { span: CHAT },
};

/** Samples that print what their comment says. */
export const PRINTING: readonly string[] = [
  'README.md › Ask what a code means',
  'packages/core/README.md › @closespan/core',
  'packages/core/README.md › @closespan/core › 2',
];

/** Samples of Node, Deno, Bun and workerd that are servers. */
export const SERVER = 'README.md › In Node';
export const DENO_SERVER = 'docs/runtimes.md › Deno';
export const WORKERD_SERVER = 'docs/runtimes.md › workerd';
export const BUN_HANDLERS = 'docs/runtimes.md › Handlers';
export const DURABLE_OBJECT = 'docs/runtimes.md › Durable Objects';

/** Samples of a page that makes a connection afterwards, and what the span has beside the close. */
export const PAGES: Readonly<Record<string, object>> = {
  'README.md › In a page': CHAT_WEB,
  'README.md › In a page › 2': CHAT_WEB,
  "docs/browser-sending.md › Through the page's own origin": {},
  'docs/browser-sending.md › Metrics': {},
  'docs/browser-sending.md › Resource': CHAT_WEB,
  'packages/browser/README.md › @closespan/browser': CHAT_WEB,
};

/** Samples of a page with an SDK and no call of ours. */
export const STORES: readonly string[] = [
  'docs/browser-sending.md › The store for your own exporter',
  'docs/browser-sending.md › The store for your own exporter › 2',
];

export const WORKER = 'docs/browsers.md › Workers';

const BOTH_ENDS = 'README.md › Put both ends into one trace';
/** Samples that work together: the file that both ends import, a server, and a client of Node. */
export const NODE_ENDS: readonly string[] = [BOTH_ENDS, `${BOTH_ENDS} › 2`, `${BOTH_ENDS} › 3`];
/** Samples of a page, each for one line of OpenTelemetry. */
export const PAGE_ENDS: readonly string[] = [`${BOTH_ENDS} › 4`, `${BOTH_ENDS} › 5`];
/** Samples of the server that such a page connects to. */
export const PAGE_SERVER: readonly string[] = [`${BOTH_ENDS} › 6`, `${BOTH_ENDS} › 2`];

/** Samples that `test/beside` runs. */
export const BESIDE: readonly string[] = [
  'docs/beside.md › Send closes to Sentry',
  'docs/beside.md › Send closes to Faro',
];

/** Samples that `test/react-native` runs. */
export const REACT_NATIVE: readonly string[] = ['docs/react-native.md › React Native and Expo'];

const PLACE = 'docs/places.md';
/** Samples that are files of examples, which `test/places` runs. */
export const PLACES: readonly string[] = [
  `${PLACE} › Electron`,
  `${PLACE} › Electron › 2`,
  `${PLACE} › Extensions`,
  `${PLACE} › Capacitor`,
  `${PLACE} › Vercel`,
  `${PLACE} › Vercel › 2`,
  `${PLACE} › AWS API Gateway`,
];
