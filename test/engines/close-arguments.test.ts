import { expect, it } from 'vitest';
import { describeEngines } from '../helpers/describe-engines.ts';

/** Arguments of `close()`, as source text: what a page may pass instead of a whole number. */
const ARGUMENTS = [
  `'4000'`,
  `' 0xfa0 '`,
  '3000.3',
  '3000.5',
  '3000.7',
  '3001.5',
  '[4000]',
  'new Number(4002)',
  `{ valueOf: () => (calls++, '4001.5') }`,
  `{ toString: () => (calls++, 4003), valueOf: () => ({}) }`,
];
/** Arguments that a browser refuses; the socket stays open. */
const REFUSED = ['null', 'true', '70000', '-1', 'NaN', `'bye'`, '4000n', 'Symbol()', '{}', '999'];

/** Arguments of `close()` of a stream, as source text. */
const STREAM_ARGUMENTS = [
  `{ closeCode: '4000' }`,
  '{ closeCode: 3000.7 }',
  '{ closeCode: 3001.5, reason: 7 }',
  `{ closeCode: { valueOf: () => 4001 } }`,
  `{ reason: 'bye' }`,
  `new WebSocketError('', { closeCode: 4002, reason: 'bye' })`,
];

describeEngines((test) => {
  it.each(ARGUMENTS)('close(%s) requests the code that is sent', async (argument) => {
    const { site, receiver } = test;
    const tab = await test.openTab({ otlp: receiver.url });
    const sent = test.codeAtServer('/code');
    const calls = await tab.evaluate(`new Promise((resolve) => {
      let calls = 0;
      const socket = new WebSocket('${site.ws}/code');
      socket.onopen = () => socket.close(${argument}, 'bye');
      socket.onclose = () => resolve(calls);
    })`);
    const { attributes } = await test.arrived('/code');
    expect(calls).toBe(argument.includes('calls') ? 1 : 0);
    expect(attributes['websocket.close.code']).toBe(await sent);
    expect(attributes['websocket.close.initiator']).toBe('local');
    expect(attributes).not.toHaveProperty('websocket.close.requested_code');
  });

  it('close() of a WebSocketStream requests the code that is sent', async () => {
    const { site, receiver } = test;
    const tab = await test.openTab({ otlp: receiver.url });
    // Chromium alone has streams.
    if (!(await tab.evaluate("'WebSocketStream' in globalThis"))) return;
    for (const [index, argument] of STREAM_ARGUMENTS.entries()) {
      const path = `/stream/${index}`;
      const sent = test.codeAtServer(path);
      await tab.evaluate(`(async () => {
        const stream = new WebSocketStream('${site.ws}${path}');
        await stream.opened;
        stream.close(${argument});
        await stream.closed;
      })()`);
      const { attributes } = await test.arrived(path);
      expect(attributes['websocket.close.code'], argument).toBe(await sent);
      expect(attributes['websocket.close.initiator']).toBe('local');
      expect(attributes).not.toHaveProperty('websocket.close.requested_code');
    }
  });

  it('a code that is refused requests nothing', async () => {
    const { site, receiver } = test;
    const tab = await test.openTab({ otlp: receiver.url });
    const threw = await tab.evaluate(`new Promise((resolve) => {
      let threw = 0;
      const socket = new WebSocket('${site.ws}/refused');
      socket.onopen = () => {
        for (const close of [${REFUSED.map((argument) => `() => socket.close(${argument})`)}])
          try { close(); } catch { threw++; }
        socket.close();
      };
      socket.onclose = () => resolve(threw);
    })`);
    const { attributes } = await test.arrived('/refused');
    expect(threw).toBe(REFUSED.length);
    expect(attributes).toMatchObject({ 'websocket.close.code': 1005, 'websocket.close.initiator': 'local' });
    expect(attributes).not.toHaveProperty('websocket.close.requested_code');
  });

  it('an error in the app’s conversion is the app’s', async () => {
    const { site, receiver } = test;
    const tab = await test.openTab({ otlp: receiver.url });
    const errors = await tab.evaluate(`new Promise((resolve) => {
      const errors = [];
      const socket = new WebSocket('${site.ws}/mine');
      socket.onopen = () => {
        try { socket.close({ valueOf() { throw new RangeError('mine'); } }); } catch (error) { errors.push(String(error)); }
        socket.close(4005);
      };
      socket.onclose = () => resolve(errors);
    })`);
    const { attributes } = await test.arrived('/mine');
    expect(errors).toEqual(['RangeError: mine']);
    expect(attributes['websocket.close.code']).toBe(4005);
    expect(attributes).not.toHaveProperty('websocket.close.requested_code');
  });
});
