import type { ReceivedSpan } from '@closespan/testing';
import { expect, it } from 'vitest';
import { describeEngines } from '../helpers/describe-engines.ts';

/** Counts of the messages of `runExchange`. */
const COUNTS = {
  'websocket.message.received.count': 8,
  'websocket.message.received.size': 2368,
  'websocket.message.received.max_size': 2000,
  'websocket.message.sent.count': 8,
  'websocket.message.sent.size': 2368,
};
const SILENCE = ['websocket.silence.duration', 'websocket.idle.duration'];

const countsOf = ({ attributes }: ReceivedSpan) =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => name.startsWith('websocket.message.')));

describeEngines((test) => {
  it('counts the messages of the first socket of a page, and changes nothing that the app sees', async () => {
    const { site, receiver } = test;
    const run = `runExchange(${JSON.stringify(`${site.ws}/echo`)})`;
    const native = await (await test.openTab()).evaluate(run);
    const counted = await test.openTab({ otlp: receiver.url, messages: '' });
    expect(await counted.evaluate(run)).toEqual(native);
    const bare = await test.openTab({ otlp: receiver.url });
    await bare.evaluate(run);
    await expect.poll(() => receiver.spans.map(countsOf)).toEqual([COUNTS, {}]);
    const [{ attributes }, { attributes: others }] = receiver.spans as [ReceivedSpan, ReceivedSpan];
    expect(SILENCE.filter((name) => name in attributes)).toEqual(SILENCE);
    expect(SILENCE.filter((name) => name in others)).toEqual([]);
  });

  it.each(['dedicated', 'shared', 'service'])('counts messages in a %s worker', async (kind) => {
    const { site, receiver } = test;
    const tab = await test.openTab({ otlp: receiver.url, messages: '' });
    await tab.evaluate(`runIn('${kind}', ['exchange', '${site.ws}/echo'])`);
    const span = await test.arrived('/echo');
    expect(countsOf(span)).toEqual(COUNTS);
  });

  it('knows for how long a connection was silent before it was cut', async () => {
    const { site, receiver } = test;
    const tab = await test.openTab({ otlp: receiver.url, messages: '' });
    await tab.evaluate(
      `new Promise((resolve) => {
        const socket = new WebSocket('${site.ws}/silent/400');
        socket.onopen = () => socket.send('one word');
        socket.onclose = () => resolve(handle.forceFlush().then(() => true));
      })`,
    );
    const { attributes } = await test.arrived('/silent/400');
    const [silence, idle] = SILENCE.map((name) => Number(attributes[name]));
    // Nothing came at all; the message was sent after the opening.
    expect(silence).toBeGreaterThanOrEqual(0.39);
    expect(idle).toBeGreaterThanOrEqual(0.39);
    expect(idle).toBeLessThanOrEqual(Number(silence));
    expect(silence).toBeLessThanOrEqual(Number(attributes['websocket.connection.duration']) + 0.002);
  });

  it.runIf(test.name === 'chromium')('counts the messages of a WebSocketStream', async () => {
    const { site, receiver } = test;
    const run = `runStreamExchange(${JSON.stringify(`${site.ws}/echo`)})`;
    const native = await (await test.openTab()).evaluate(run);
    const counted = await test.openTab({ otlp: receiver.url, messages: '' });
    expect(await counted.evaluate(run)).toEqual(native);
    expect(countsOf(await test.arrived('/echo'))).toEqual({
      ...COUNTS,
      'websocket.message.received.count': 7,
      'websocket.message.received.size': 2328,
      'websocket.message.sent.count': 7,
      'websocket.message.sent.size': 2328,
    });
  });
});
