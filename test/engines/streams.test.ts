import { expect, it } from 'vitest';
import { closeFacts, type ReceivedClose } from '../helpers/close-facts.ts';
import { describeEngines } from '../helpers/describe-engines.ts';

const FAILED = {
  code: 1006,
  clean: false,
  by: 'unknown',
  cause: 'handshake_failed',
  error: 'handshake_failed',
};
const EXPECTED: Readonly<Record<string, ReceivedClose>> = {
  '/client/4001': { code: 4001, clean: true, by: 'local', cause: 'local_close' },
  '/server/1011': { code: 1011, clean: true, by: 'unknown', cause: 'server_error', error: 'server_error' },
  '/server/1012': { code: 1012, clean: true, by: 'unknown', cause: 'server_restart' },
  // Nobody but the app's own writer knows who closed.
  '/writer': { code: 1005, clean: true, by: 'unknown', cause: 'unknown' },
  '/cut': { code: 1006, clean: false, by: 'unknown', cause: 'connection_lost', error: 'connection_lost' },
  '/refuse/401': FAILED,
  '/unread': { code: 1001, clean: false, by: 'local', cause: 'page_exit', synthetic: true },
  '/close': { code: 1006, clean: false, by: 'local', cause: 'aborted_connecting' },
  '/abort': { code: 1006, clean: false, by: 'local', cause: 'aborted_connecting' },
};

describeEngines((test) => {
  it.runIf(test.name === 'chromium')('each ending of a stream is one span, and looks as ever', async () => {
    const { site, receiver } = test;
    const paths = Object.keys(EXPECTED);
    const run = `runStreams(${JSON.stringify(paths.map((path) => site.ws + path))})`;
    const tab = await test.openTab();
    const native = await tab.evaluate(run);
    await tab.goto(`${site.url}/?otlp=${receiver.url}`);
    const seen = await tab.evaluate(run);
    expect(seen).toEqual(native);
    expect(JSON.stringify(native)).toContain('unhandled closed WebSocketError');
    await tab.reload();
    await test.arrived('/unread');
    const closes = receiver.spans.map((span) => [span.attributes['url.path'], closeFacts(span)] as const);
    expect(Object.fromEntries(closes)).toEqual(EXPECTED);
    expect(closes).toHaveLength(paths.length);
  });
});
