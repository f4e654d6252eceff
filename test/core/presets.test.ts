import * as presetsEntry from '@closespan/core/presets';
import { expect, it } from 'vitest';
import { presetsPage } from '../helpers/presets-page.ts';
import { recordCloses } from '../helpers/record-closes.ts';

const { definePreset, graphqlWs, subscriptionsTransportWs, ...others } = presetsEntry;
const ALL = Object.values({ graphqlWs, subscriptionsTransportWs, ...others });

/** Name of the close code, and the status of the span: `ok` or `error`. */
async function told(
  facts: { url?: string; subprotocol?: string; code: number },
  options: NonNullable<Parameters<typeof recordCloses>[1]> = { presets: ALL },
): Promise<string> {
  const { spans } = await recordCloses([facts], options);
  const [span] = spans;
  return `${span?.attributes['websocket.close.name']}, ${span?.status.code === 2 ? 'error' : 'ok'}`;
}

const NOT_NAMED = 'Private use, ok';

it.each([
  { subprotocol: 'graphql-transport-ws', code: 4400, is: 'Bad request, error' },
  { url: 'wss://api.example.com/graphql?token=a@b/x', code: 4406, is: 'Subprotocol not acceptable, error' },
  { subprotocol: 'graphql-ws', code: 1011, is: 'Connection initialisation failed, error' },
  { url: 'ws://example.com/socket.io/?EIO=4&transport=websocket', code: 1005, is: 'Engine.IO close, ok' },
  { url: 'ws://example.com/engine.io/?EIO=4', code: 1005, is: 'Engine.IO close, ok' },
  { url: 'wss://example.com/socket/websocket?vsn=2.0.0', code: 1000, is: 'Phoenix disconnect, ok' },
  { url: 'wss://example.com/live/websocket', code: 1000, is: 'Phoenix disconnect, ok' },
  { subprotocol: 'actioncable-v1-json', code: 1000, is: 'Action Cable disconnect, ok' },
  { url: 'wss://ws-eu.pusher.com/app/0123abcd?protocol=7', code: 4201, is: 'No pong, error' },
  { url: 'wss://ws-eu.pusher.com/app/0123abcd?protocol=7', code: 4200, is: 'Reconnect, ok' },
  { url: 'wss://example.com/connection/websocket', code: 3008, is: 'Slow, error' },
  { subprotocol: 'centrifuge-protobuf', code: 3000, is: 'Connection closed, ok' },
  { url: 'wss://example.com/chatHub?id=1', code: 1011, is: 'SignalR connection failed, error' },
  { url: 'wss://example.com/hubs/chat', code: 1000, is: 'SignalR connection stopped, ok' },
  { url: 'wss://example.com/collaboration/readme', code: 4205, is: 'Reset Connection, ok' },
  { url: 'wss://gateway.discord.gg/?v=10', code: 4014, is: 'Disallowed intents, error' },
  { url: 'wss://gateway-us-east1-b.discord.gg', code: 4009, is: 'Session timed out, error' },
  { url: 'wss://my.livekit.cloud/rtc?access_token=x', code: 1000, is: 'LiveKit signal closed, ok' },
  { url: 'wss://eventsub.wss.twitch.tv/ws', code: 4003, is: 'Connection unused, error' },
])('$url $subprotocol closed with $code is "$is"', async ({ is, ...facts }) => {
  expect(await told(facts)).toBe(is);
});

it.each([
  { what: 'no protocol', url: 'wss://example.com/chat' },
  { what: 'another subprotocol', url: 'wss://example.com/graphql', subprotocol: 'chat' },
  { what: 'the path in the query', url: 'wss://example.com/chat?next=/graphql' },
  { what: 'the host in the user info', url: 'wss://gateway.discord.gg@example.com/' },
  { what: 'a host that ends otherwise', url: 'wss://gateway.discord.gg.example.com/' },
  { what: 'a host in the path', url: 'wss://example.com/wss://eventsub.wss.twitch.tv/' },
])('4400 and 4000 stay without a name on a connection of $what', async ({ what: _what, ...facts }) => {
  expect(await told({ ...facts, code: 4400 })).toBe(NOT_NAMED);
  expect(await told({ ...facts, code: 4000 })).toBe(NOT_NAMED);
});

it('applies to a connection whose subprotocol only carries an id', async () => {
  const subprotocol = 'closespan.0123456789abcdef';
  expect(await told({ url: 'ws://example.com/graphql', subprotocol, code: 4400 })).toBe('Bad request, error');
});

it('yields to what the app says in closeCodes, one member at a time', async () => {
  const graphql = { subprotocol: 'graphql-transport-ws', code: 4401 };
  const presets = [graphqlWs];
  expect(await told(graphql, { presets, closeCodes: { 4401: { name: 'Session over' } } })).toBe(
    'Session over, error',
  );
  expect(await told(graphql, { presets, closeCodes: { 4401: { abnormal: false } } })).toBe(
    'Unauthorized, ok',
  );
});

it('takes the first preset that applies and knows the code', async () => {
  const mine = definePreset({ urls: /\/graphql$/g, closeCodes: { 4400: { name: 'Mine' } } });
  const facts = { url: 'ws://example.com/graphql', code: 4400 };
  expect(await told(facts, { presets: [mine, graphqlWs] })).toBe('Mine, ok');
  // An expression that is global remembers where it has matched.
  expect(await told(facts, { presets: [mine, graphqlWs] })).toBe('Mine, ok');
  expect(await told({ ...facts, code: 4401 }, { presets: [mine, graphqlWs] })).toBe('Unauthorized, error');
});

it('counts one code under each of its names', async () => {
  const closes = [{ subprotocol: 'graphql-transport-ws' }, { subprotocol: 'chat' }];
  const { points } = await recordCloses(
    closes.map((close) => ({ ...close, code: 4400 })),
    { presets: ALL },
  );
  const names = points['websocket.client.closes']?.map(
    ({ attributes }) => (attributes as Record<string, unknown>)['websocket.close.name'],
  );
  expect(names?.sort()).toEqual(['Bad request', 'Private use']);
});

it('a preset that throws costs no record', async () => {
  const broken = {
    closeCodes: {},
    meaningOf() {
      throw new Error('broken');
    },
  };
  expect(await told({ code: 4400 }, { presets: [broken] })).toBe(NOT_NAMED);
});

it.each([
  { definition: undefined, expected: 'closeCodes' },
  { definition: { closeCodes: 7 }, expected: 'closeCodes' },
  { definition: { closeCodes: {}, urls: '/graphql' }, expected: 'urls' },
  { definition: { closeCodes: {}, subprotocols: 'chat' }, expected: 'subprotocols' },
])('definePreset refuses $definition', ({ definition, expected: name }) => {
  expect(() => definePreset(definition as never)).toThrow(`Expected \`${name}\` to be`);
});

it('docs/presets.md lists every code', async () => {
  await expect(presetsPage()).toMatchFileSnapshot('../../docs/presets.md');
});
