import { expect, it } from 'vitest';
import { closeFacts, type ReceivedClose } from '../helpers/close-facts.ts';
import { describeEngines } from '../helpers/describe-engines.ts';

const LOST = { code: 1006, clean: false, cause: 'connection_lost', error: 'connection_lost' };
const FAILED = { code: 1006, clean: false, cause: 'handshake_failed', error: 'handshake_failed' };
const EXPECTED: Readonly<Record<string, ReceivedClose>> = {
  '/client/4001': { code: 4001, clean: true, by: 'local', cause: 'local_close' },
  '/server/1001': { code: 1001, clean: true, by: 'remote', cause: 'remote_close' },
  '/server/1011': { code: 1011, clean: true, by: 'remote', cause: 'server_error', error: 'server_error' },
  '/server/1012': { code: 1012, clean: true, by: 'remote', cause: 'server_restart' },
  '/cut': { ...LOST, by: 'none' },
  '/break': { ...LOST, by: 'unknown' },
  '/refuse/401': { ...FAILED, by: 'none' },
  '/abort': { code: 1006, clean: false, by: 'local', cause: 'aborted_connecting' },
};

describeEngines((test) => {
  it.each(['page', 'dedicated', 'shared', 'service'])(
    '%s: each ending is one span, and looks as ever',
    async (context) => {
      const { name, site, receiver } = test;
      const urls = JSON.stringify(Object.keys(EXPECTED).map((path) => `${site.ws}${path}?token=secret`));
      const run = context === 'page' ? `run(${urls})` : `runIn('${context}', ${urls})`;
      const tab = await test.openTab();
      const native = await tab.evaluate(run);
      await tab.goto(`${site.url}/?otlp=${receiver.url}`);
      const seen = await tab.evaluate(run);
      expect(seen).toEqual(native);
      // WebKitGTK takes 1012 to 1014 for errors of the server.
      const restart = name === 'webkit' && { '/server/1012': { ...LOST, by: 'unknown' } };
      const closes = receiver.spans.map((span) => [span.attributes['url.path'], closeFacts(span)] as const);
      expect(Object.fromEntries(closes)).toEqual({ ...EXPECTED, ...restart });
      expect(closes).toHaveLength(Object.keys(EXPECTED).length);
      for (const { resource } of receiver.spans) expect(resource['service.name']).toBe(context);
    },
  );
});
