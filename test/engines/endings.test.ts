import { closeLine } from '@closespan/testing';
import { expect, it } from 'vitest';
import { describeEngines } from '../helpers/describe-engines.ts';

const RESTART = '/server/1012 client 1012 clean remote server_restart reason=from server';
const EXPECTED = [
  '/client/4001 client 4001 clean local local_close reason=from client',
  '/server/1001 client 1001 clean remote remote_close reason=from server',
  '/server/1011 client 1011 clean remote server_error reason=from server error=server_error',
  RESTART,
  '/cut client 1006 unclean none connection_lost error=connection_lost',
  '/break client 1006 unclean unknown connection_lost error=connection_lost',
  '/refuse/401 client 1006 unclean none handshake_failed error=handshake_failed',
  '/abort client 1006 unclean local aborted_connecting',
];
/** WebKitGTK takes 1012 to 1014 for errors of the server. */
const WEBKIT_RESTART = '/server/1012 client 1006 unclean unknown connection_lost error=connection_lost';

describeEngines((test) => {
  it.each(['page', 'dedicated', 'shared', 'service'])(
    '%s: each ending is one span, and looks as ever',
    async (context) => {
      const { name, site, receiver } = test;
      const urls = JSON.stringify(EXPECTED.map((line) => `${site.ws}${line.split(' ')[0]}?token=secret`));
      const run = context === 'page' ? `run(${urls})` : `runIn('${context}', ${urls})`;
      const tab = await test.openTab();
      const native = await tab.evaluate(run);
      await tab.goto(`${site.url}/?otlp=${receiver.url}`);
      const seen = await tab.evaluate(run);
      expect(seen).toEqual(native);
      const expected = EXPECTED.map((line) =>
        line === RESTART && name === 'webkit' ? WEBKIT_RESTART : line,
      );
      expect(receiver.spans.map(closeLine).sort()).toEqual(expected.sort());
      for (const { resource } of receiver.spans) expect(resource['service.name']).toBe(context);
    },
  );
});
