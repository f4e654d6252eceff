import { closeLine } from '@closespan/testing';
import { expect, it } from 'vitest';
import { describeEngines } from '../helpers/describe-engines.ts';

describeEngines((test) => {
  it('a lock that somebody keeps for ever delays what is sent, and loses nothing', async () => {
    const holder = await test.openTab();
    const lock = `closespan:${test.receiver.url}/v1/traces`;
    await holder.evaluate(
      `new Promise((held) => void navigator.locks.request('${lock}', () => new Promise(() => held(true))))`,
    );
    const tab = await test.openTab({ otlp: test.receiver.url });
    await tab.evaluate(`void run(['${test.site.ws}/server/1011'])`);
    const span = await test.arrived('/server/1011');
    expect(closeLine(span)).toMatch(/^\/server\/1011 client 1011 clean remote server_error/);
    await tab.evaluate('handle.forceFlush()');
    expect(test.receiver.spans).toHaveLength(1);
  });
});
