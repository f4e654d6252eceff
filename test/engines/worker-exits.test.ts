import { closeLine } from '@closespan/testing';
import { expect, it } from 'vitest';
import { describeEngines } from '../helpers/describe-engines.ts';

describeEngines((test) => {
  it.each(['dedicated', 'shared'])('a %s worker that closes itself leaves one span', async (kind) => {
    const { site, receiver } = test;
    const tab = await test.openTab({ otlp: receiver.url });
    await tab.evaluate(`runIn('${kind}', ['${site.ws}/server/1000'])`);
    const code = test.codeAtServer('/open');
    await tab.evaluate(`endWorker('close', '${site.ws}/open')`);
    expect(closeLine(await test.arrived('/open'))).toBe(
      '/open client 1001 unclean local page_exit synthetic',
    );
    expect(await code).toBe(1001);
  });

  it('a worker that is terminated cannot tell of it', async () => {
    const { site, receiver } = test;
    const tab = await test.openTab({ otlp: receiver.url });
    await tab.evaluate(`runIn('dedicated', ['${site.ws}/server/1000'])`);
    const code = test.codeAtServer('/open');
    await tab.evaluate(`endWorker('terminate', '${site.ws}/open')`);
    expect(await code).toBe(1001);
    await tab.evaluate(`run(['${site.ws}/server/1011'])`);
    expect(receiver.spans.map(({ attributes }) => attributes['url.path'])).not.toContain('/open');
  });
});
