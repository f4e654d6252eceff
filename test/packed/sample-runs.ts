// Every code sample of the pages, and how it is run. A sample that is missing here fails `samples-node.test.ts`.

/** A connection of the program that is started behind a sample: a path, and the code and reason with which it closes. */
export type Connection = readonly [path: string, code?: number, reason?: string];

/** Connections that are made behind a sample, and the span of the last of them. */
interface Run {
  readonly connections?: readonly Connection[];
  readonly span?: object;
  /** Whether some of the normal closes are left out. */
  readonly samples?: true;
}

export const FAILED: object = { attributes: { 'websocket.close.code': 1011 }, statusCode: 2 };
const CHAT = { ...FAILED, resource: { 'service.name': 'chat' } };
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
    span: { attributes: { 'websocket.close.name': 'Session expired' }, statusCode: 2 },
  },
  'README.md › Name URLs with ids in them': {
    connections: [['/rooms/7', 1000]],
    span: { name: 'websocket.close /rooms/{id}' },
  },
  'README.md › Hide what a path or a reason tells': {
    connections: [['/invite/secret', 4000, 'bye ann@example.com']],
    span: { attributes: { 'url.path': '/invite/REDACTED', 'websocket.close.reason': 'bye REDACTED' } },
  },
  'README.md › Add what only the app knows': { span: { attributes: { 'app.release': '1.4.2' } } },
  'packages/node/README.md › @closespan/node': { span: CHAT },
};

/** Samples that print what their comment says. */
export const PRINTING: readonly string[] = [
  'README.md › Ask what a code means',
  'packages/core/README.md › @closespan/core',
];

/** Samples of Node and Deno that are servers. */
export const SERVER = 'README.md › In Node';
export const DENO_SERVER = 'docs/runtimes.md › Deno';
export const WORKERD_SERVER = 'docs/runtimes.md › workerd';

/** Samples of a page that makes a connection afterwards, and its span. */
export const PAGES: Readonly<Record<string, object>> = {
  'README.md › In a page': { ...FAILED, resource: { 'service.name': 'chat-web' } },
  'README.md › In a page › 2': { ...FAILED, resource: { 'service.name': 'chat-web' } },
  "docs/browser-sending.md › Through the page's own origin": FAILED,
  'docs/browser-sending.md › Metrics': FAILED,
  'packages/browser/README.md › @closespan/browser': { ...FAILED, resource: { 'service.name': 'chat-web' } },
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
