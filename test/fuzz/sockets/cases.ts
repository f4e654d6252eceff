import fc from 'fast-check';

/** One act of the app or of its peer. */
export interface Act {
  readonly by: 'app' | 'peer';
  readonly name: string;
  readonly args: readonly unknown[];
}

/** A connection from its handshake to its end: what the app does through a library, and what its raw peer does. */
export interface SocketCase {
  readonly library: string;
  readonly end: 'client' | 'server';
  /** Name of the server's response, or its HTTP status. */
  readonly handshake: string | number;
  /** When a client closes while it connects. */
  readonly abort: 'never' | 'at once' | 'at the request';
  /** What the app does in its listeners, by event. */
  readonly listeners: Readonly<Record<string, readonly Omit<Act, 'by'>[]>>;
  /** Whether the peer returns a Close frame. */
  readonly answers: boolean;
  /** Acts of one step happen in one turn of the event loop. Between steps both ends come to rest. */
  readonly steps: readonly (readonly Act[])[];
}

const BROKEN = [
  'opcode',
  'reserved',
  'masking',
  'utf8',
  'control',
  'fragment',
  'continuation',
  'close code',
  'half a code',
  'close reason',
  'garbage',
];

const size = fc.constantFrom(0, 1, 125, 126, 70_000);
const code = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(1000, 3000, 4001, 4999) },
  // Some libraries refuse these, and some send them.
  { weight: 1, arbitrary: fc.constantFrom(1001, 1008, 1011, 1012, 1014, 1005, 999, 5000) },
);
const reason = fc.constantFrom('', 'bye', 'é'.repeat(61), 'x'.repeat(124));
const closeArgs: fc.Arbitrary<unknown[]> = fc.oneof(
  fc.constant<unknown[]>([]),
  code.map((code) => [code]),
  fc.tuple(code, reason),
);
const sentCode = fc.constantFrom(1000, 1001, 1008, 1011, 1012, 3000, 4001, 4999);
const sentClose: fc.Arbitrary<unknown[]> = fc.oneof(
  fc.constant<unknown[]>([]),
  fc.tuple(sentCode, fc.constantFrom('', 'gone', 'é')),
);

function act(
  by: Act['by'],
  name: string,
  args: fc.Arbitrary<unknown[]> = fc.constant([]),
): fc.Arbitrary<Act> {
  return args.map((args) => ({ by, name, args }));
}

const ofApp = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.constantFrom('text', 'binary').chain((name) => act('app', name, fc.tuple(size))),
  },
  { weight: 3, arbitrary: act('app', 'close', closeArgs) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('terminate', 'ping', 'pong', 'pause', 'resume')
      .chain((name) => act('app', name)),
  },
);
const ofPeer = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.constantFrom('text', 'binary').chain((name) => act('peer', name, fc.tuple(size))),
  },
  { weight: 3, arbitrary: act('peer', 'close', sentClose) },
  {
    weight: 2,
    arbitrary: act(
      'peer',
      'broken',
      fc.constantFrom(...BROKEN).map((kind) => [kind]),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('text in frames', 'ping', 'pong', 'half a close', 'end', 'destroy', 'reset')
      .chain((name) => act('peer', name)),
  },
);
const steps = fc.array(fc.array(fc.oneof(ofApp, ofPeer), { minLength: 1, maxLength: 3 }), { maxLength: 4 });

const inListener = fc.oneof(
  { weight: 2, arbitrary: act('app', 'close', closeArgs) },
  { weight: 1, arbitrary: act('app', 'text', fc.tuple(size)) },
  { weight: 1, arbitrary: act('app', 'terminate') },
  { weight: 2, arbitrary: act('app', 'throw') },
);
const listeners = fc.record(
  {
    open: fc.array(inListener, { maxLength: 2 }),
    message: fc.array(inListener, { maxLength: 1 }),
    error: fc.array(inListener, { maxLength: 1 }),
    close: fc.array(inListener, { maxLength: 1 }),
  },
  { requiredKeys: [] },
);

const ACCEPT = { weight: 6, arbitrary: fc.constant<string | number>('accept') };
const REFUSALS = fc.constantFrom<string | number>(200, 301, 401, 404, 503);
const CLIENT_HANDSHAKES = fc.oneof(
  ACCEPT,
  { weight: 1, arbitrary: REFUSALS },
  {
    weight: 2,
    arbitrary: fc.constantFrom<string | number>(
      'accept and close',
      'accept and end',
      'hints, accept',
      'forged',
      'unasked protocol',
      'garbage',
      'destroy',
      'reset',
      'hang',
    ),
  },
);
const SERVER_HANDSHAKES = fc.oneof(ACCEPT, {
  weight: 1,
  arbitrary: fc.oneof(REFUSALS, fc.constant('destroy')),
});

/** Cases of the ends of some libraries, such as `ws client` or `websocket server`. */
export function socketCases(
  ends: readonly (readonly [library: string, end: SocketCase['end']])[],
): fc.Arbitrary<SocketCase> {
  return fc.constantFrom(...ends).chain(([library, end]) =>
    fc.record({
      library: fc.constant(library),
      end: fc.constant(end),
      handshake: end === 'client' ? CLIENT_HANDSHAKES : SERVER_HANDSHAKES,
      abort: aborts(library, end),
      listeners: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: listeners }),
      answers: fc.boolean(),
      steps,
    }),
  );
}

function aborts(library: string, end: SocketCase['end']): fc.Arbitrary<SocketCase['abort']> {
  if (end === 'server') return fc.constant('never');
  // A client of `websocket` that is aborted at once emits nothing.
  const atOnce = library === 'websocket' ? 'at the request' : 'at once';
  return fc.constantFrom('never', 'never', 'never', 'never', atOnce, 'at the request');
}
