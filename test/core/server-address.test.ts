import { expect, it } from 'vitest';
import { recordCloses } from '../helpers/record-closes.ts';

it.each([
  ['ws://[::1]:8080/', '::1', 8080],
  ['wss://[2001:DB8:0:0::1]/chat', '2001:db8::1', 443],
  ['ws://[::ffff:192.0.2.1]/', '::ffff:c000:201', 80],
  ['wss://user:secret@[2001:db8::1]:444/', '2001:db8::1', 444],
  ['ws://192.0.2.1/', '192.0.2.1', 80],
  // WHATWG URL § Host parsing: numbers are addresses, too.
  ['ws://0xc0000201/', '192.0.2.1', 80],
  ['WSS://Example.COM/', 'example.com', 443],
  ['wss://example.com.:444/', 'example.com', 444],
  ['wss://bücher.example/', 'xn--bcher-kva.example', 443],
  ['wss://b%C3%BCcher.example/', 'xn--bcher-kva.example', 443],
  ['http://example.com/', 'example.com', 80],
  ['https://example.com:443/', 'example.com', 443],
])('the server of %s is %s, port %i', async (url, address, port) => {
  const { spans, points } = await recordCloses([{ url }]);
  const server = { 'server.address': address, 'server.port': port };
  expect(spans[0]?.attributes).toMatchObject(server);
  expect(points['websocket.client.closes']?.[0]?.attributes).toMatchObject(server);
});

it('keeps the host of the URL as the app wrote it', async () => {
  const { spans } = await recordCloses([{ url: 'ws://[::1]:8080/' }, { url: 'wss://example.com./chat' }]);
  expect(spans.map(({ attributes }) => attributes['url.full'])).toEqual([
    'ws://[::1]:8080/',
    'wss://example.com./chat',
  ]);
});
