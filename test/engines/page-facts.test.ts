import { expect, it } from 'vitest';
import { describeEngines } from '../helpers/describe-engines.ts';
import { until } from '../helpers/engine.ts';

describeEngines((test) => {
  it('says which page made a connection, and which browser', async () => {
    const { site, receiver } = test;
    const tab = await test.openTab({ otlp: receiver.url, release: '1.2.3' });
    // The first socket may end before the code is loaded that looks at the page.
    await tab.evaluate(`run(['${site.ws}/server/1000'])`);
    await tab.evaluate(`history.pushState({}, '', '/rooms/7?token=secret#part'), true`);
    await tab.evaluate(`run(['${site.ws}/server/1011'])`);
    const { attributes, resource } = await test.arrived('/server/1011');
    expect(attributes).toMatchObject({
      'websocket.page.path': '/rooms/7',
      'websocket.page.visibility': 'visible',
    });
    expect(resource).toMatchObject({
      'service.name': 'page',
      'service.version': '1.2.3',
      'deployment.environment.name': 'test',
      'user_agent.original': await tab.evaluate('navigator.userAgent'),
      'browser.language': await tab.evaluate('navigator.language'),
    });
    // Only Chromium says these apart from the text.
    expect('browser.brands' in resource).toBe(test.name === 'chromium');
    expect(JSON.stringify(receiver.spans)).not.toContain('secret');
  });

  it('says nothing of visibility where the page was left', async () => {
    const { receiver } = test;
    const tab = await test.openTab({ otlp: receiver.url, open: '/stay' });
    await until(tab, `document.title === 'open'`);
    await tab.reload();
    const { attributes } = await test.arrived('/stay');
    expect(attributes['websocket.close.cause']).toBe('page_exit');
    expect(attributes['websocket.page.path']).toBe('/');
    expect(attributes).not.toHaveProperty(['websocket.page.visibility']);
  });
});
