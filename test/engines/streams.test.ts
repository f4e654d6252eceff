import { closeLine } from '@closespan/testing';
import { expect, it } from 'vitest';
import { describeEngines } from '../helpers/describe-engines.ts';

const EXPECTED = [
  '/client/4001 client 4001 clean local local_close reason=from client',
  '/server/1011 client 1011 clean unknown server_error reason=from server error=server_error',
  '/server/1012 client 1012 clean unknown server_restart reason=from server',
  // Nobody but the app's own writer knows who closed.
  '/writer client 1005 clean unknown unknown',
  '/cut client 1006 unclean unknown connection_lost error=connection_lost',
  '/refuse/401 client 1006 unclean unknown handshake_failed error=handshake_failed',
  '/unread client 1001 unclean local page_exit synthetic',
  '/close client 1006 unclean local aborted_connecting',
  '/abort client 1006 unclean local aborted_connecting',
];

describeEngines((test) => {
  const itInChromium = it.runIf(test.name === 'chromium');
  itInChromium.each(['', '&messages='])(
    'each ending of a stream is one span, and looks as ever: options %j',
    async (options) => {
      const { site, receiver } = test;
      const urls = EXPECTED.map((line) => `${site.ws}${line.split(' ')[0]}`);
      const run = `runStreams(${JSON.stringify(urls)})`;
      const tab = await test.openTab();
      const native = await tab.evaluate(run);
      await tab.goto(`${site.url}/?otlp=${receiver.url}${options}`);
      const seen = await tab.evaluate(run);
      expect(seen).toEqual(native);
      expect(JSON.stringify(native)).toContain('unhandled closed WebSocketError');
      await tab.reload();
      await test.arrived('/unread');
      expect(receiver.spans.map(closeLine).sort()).toEqual([...EXPECTED].sort());
    },
  );
});
