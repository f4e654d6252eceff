const throwing = (): never => {
  throw new Error('from the app');
};
const thrower = new Proxy({}, { get: throwing, ownKeys: throwing, has: throwing });
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
const getter = (name: string) => Object.defineProperty({}, name, { get: throwing, enumerable: true });
const own = (value: unknown) => ({ attributes: { 'app.room': 'lobby', 'app.value': value } });

/** Notes of an app that are no notes, by what they are. None may throw into the app, or cost its close. */
export const HOSTILE_NOTES: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  null: null,
  'a text': 'room',
  'a number': 7,
  'a symbol': Symbol('room'),
  'a revoked proxy': revoked,
  'a proxy that throws': thrower,
  'a getter that throws': getter('attributes'),
  'a getter of the reason that throws': getter('reason'),
  'attributes that throw': { attributes: getter('a') },
  'attributes that are a revoked proxy': { attributes: revoked },
  'attributes that are a text': { attributes: 'room' },
  'attributes that are a huge text': { attributes: 'x'.repeat(1_000_000) },
  'attributes that are null': { attributes: null },
  'a list that throws': own(new Proxy([], { get: throwing })),
  'a list of anything': own([1, 'a', Symbol('b'), {}, 1n, null]),
  'a symbol as a value': own(Symbol('value')),
  'a bigint': own(1n),
  'a function': own(throwing),
  'an object': own({ toJSON: throwing, toString: throwing }),
  'an object in itself': own(Object.assign([], { 0: [[]] })),
  'a date': own(new Date(0)),
  'a number without an end': own(Number.NaN),
  'half of a character': own('\ud800'),
  'a proxy as a value': own(thrower),
  'a revoked proxy as a value': own(revoked),
  'a huge text as a value': own('x'.repeat(1_000_000)),
  'a huge list': own(Array.from({ length: 100_000 }, () => 'x'.repeat(1000))),
  'a huge name': { attributes: { ['x'.repeat(1_000_000)]: 1 } },
  'many attributes': {
    attributes: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`a${i}`, i])),
  },
  'a symbol as a name': { attributes: { [Symbol('name')]: 1 } },
  'names of a prototype': { attributes: JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}') },
  'names of closespan': { attributes: { 'websocket.close.code': 1, 'error.type': 'mine' } },
  'a cause that is an object': { cause: { toString: throwing } },
  'a cause that is a symbol': { cause: Symbol('cause') },
  'a cause that is a proxy': { cause: thrower },
  'a reason that is an object': { reason: { toString: throwing } },
  'a reason that is a list': { reason: Array.from({ length: 1000 }, () => 'a') },
  'a reason that is a proxy': { reason: thrower },
  'a reason that is a symbol': { reason: Symbol('reason') },
  'a reason that is a number': { reason: 7 },
};
