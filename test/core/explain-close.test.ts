import { explainClose } from '@closespan/core/explain';
import { describe, expect, it } from 'vitest';
import { causesPage } from '../helpers/causes-page.ts';
import { EXPLAINED_CAUSES } from '../helpers/explained-causes.ts';

const ROWS = Object.entries(EXPLAINED_CAUSES).flatMap(([cause, closes]) =>
  closes.map(({ close, sentence }) => ({
    cause,
    sentence,
    close: { ...close, 'websocket.close.cause': cause },
  })),
);

describe('explainClose', () => {
  it.each(ROWS)('$cause: $sentence', ({ cause, close, sentence }) => {
    const explanation = explainClose(close);
    expect(explanation.sentence).toBe(sentence);
    expect(sentence.length).toBeLessThanOrEqual(120);
    expect(explanation.link).toMatch(new RegExp(`/docs/causes\\.md#${cause}$`));
    expect(explanation.evidence.length).toBeGreaterThan(1);
    expect(explanation.next).toMatch(/\w\.$/);
  });

  it('says one thing of a record, of its span, and of its attributes', () => {
    const record = {
      code: 1006,
      name: 'Abnormal Closure',
      wasClean: false,
      initiator: 'none',
      cause: 'connection_lost',
      reason: '',
      handshakeSucceeded: true,
      connectionDuration: 60_020,
      connectionId: '9f86d081884c7d65',
      unsentSize: 0,
    };
    const attributes = { ...ROWS.find(({ cause }) => cause === 'connection_lost')?.close };
    expect(String(explainClose(record))).toBe(
      'The connection was lost after 60.0 s: no Close frame arrived. ' +
        'Evidence: code 1006 (Abnormal Closure); not clean; neither end closed; open for 60.0 s. ' +
        'Nobody can know more from this end. Look at the record of the other end, id 9f86d081884c7d65. ' +
        'If many end at one age, look for a limit of a proxy.',
    );
    expect(String(explainClose(attributes))).toBe(String(explainClose(record)));
    expect(String(explainClose({ attributes }))).toBe(String(explainClose(record)));
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 1006],
    ['an empty object', {}],
    ['a cause that is no cause', { code: 1006, cause: 'toString' }],
    [
      'values of other types',
      { code: '1006; rm', cause: 7, reason: {}, connectionDuration: -1, wasClean: 'yes' },
    ],
    [
      'a getter that throws',
      {
        get code() {
          throw new Error('no');
        },
        get attributes() {
          throw new Error('no');
        },
      },
    ],
    ['a revoked proxy', revoked()],
  ])('is honest about %s', (_title, value) => {
    const { sentence, next } = explainClose(value as never);
    expect(sentence).toMatch(/the record does not show why\.$/);
    expect(next).toMatch(/^Nobody can know more from this end\./);
  });

  it('cuts and cleans what a peer wrote', () => {
    const reason = `\u001b[2J\u202e${'x'.repeat(1000)}\n`;
    const text = String(explainClose({ code: 4000, cause: 'remote_close', reason, name: 'a\u0000b' }));
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text.length).toBeLessThan(300);
    expect(text).toContain('4000 (a b)');
  });

  it('shows the reason that the app has noted, cut and clean, of a record and of a span', () => {
    const name = 'websocket.close.noted_reason';
    const close = { code: 1006, cause: 'ping_timeout', furtherAttributes: { [name]: 'transport error' } };
    expect(explainClose(close).evidence).toContain('the app noted the reason "transport error"');
    const attributes = { 'websocket.close.cause': 'ping_timeout', 'websocket.close.code': 1006 };
    expect(explainClose({ ...attributes, [name]: `\u001b[2J${'x'.repeat(1000)}\n` }).evidence).toContain(
      `the app noted the reason "[2J${'x'.repeat(44)}…"`,
    );
    for (const value of ['', 7, {}, null, Symbol('reason')]) {
      expect(String(explainClose({ ...attributes, [name]: value }))).not.toContain('noted');
    }
  });

  it('adds what is known of a failed handshake to the next step', () => {
    const next = (status: number) =>
      explainClose({ cause: 'handshake_rejected', code: 1006, httpStatusCode: status }).next;
    expect(next(401)).toContain('token');
    expect(next(302)).toContain('redirect');
    expect(next(200)).toContain('no WebSocket server');
    expect(next(599)).toContain('log of the server');
    expect(next(418)).toContain('what the server expects');
  });
});

describe('the next step', () => {
  const nextOf = (close: object) => explainClose({ code: 1006, ...close }).next;

  it.each(['local_close', 'local_terminate', 'close_timeout', 'ping_timeout', 'connection_reset'])(
    'of %s names the bytes that waited for a slow peer',
    (cause) => {
      expect(nextOf({ cause, unsentSize: 4096 })).toContain('4096 bytes waited to be sent');
      expect(nextOf({ cause, unsentSize: 0 })).not.toContain('bytes');
    },
  );

  it('does not say whether a proxy passed a response on or made it', () => {
    const headers = { 'http.response.header.via': ['1.1 edge'] };
    expect(
      nextOf({ cause: 'handshake_rejected', httpStatusCode: 503, furtherAttributes: headers }),
    ).toContain('passed this response on, or made it');
    expect(nextOf({ cause: 'handshake_rejected', httpStatusCode: 502 })).toContain('no valid response');
  });

  it('says what a code of the app is, also if TCP broke after its Close frame', () => {
    expect(nextOf({ cause: 'remote_close', code: 4401, wasClean: false })).toContain('this code');
  });

  it.each([
    ['WS_ERR_INVALID_UTF8', 'no UTF-8'],
    ['Z_DATA_ERROR', 'could not be unpacked'],
  ])('of a message that %s refused says what was wrong', (errorCode, words) => {
    expect(nextOf({ cause: 'protocol_error', errorCode })).toContain(words);
  });
});

it('shows the word of engine.io and Socket.IO', () => {
  const close = {
    code: 1005,
    cause: 'local_close',
    furtherAttributes: { 'websocket.close.library_reason': 'server shutting down' },
  };
  expect(explainClose(close).evidence).toContain('the library said "server shutting down"');
});

it('says what a handshake took time for only beside the time of the handshake', () => {
  const phases = { 'websocket.close.code': 1006, 'websocket.handshake.dns.duration': 1.5 };
  const words = '1.5 s of it for';
  expect(explainClose(phases).evidence.join()).not.toContain(words);
  expect(explainClose({ ...phases, 'websocket.handshake.duration': 1.6 }).evidence.join()).toContain(words);
});

describe('docs/causes.md', () => {
  it('has each cause as it is explained', async () => {
    await expect(causesPage()).toMatchFileSnapshot('../../docs/causes.md');
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
