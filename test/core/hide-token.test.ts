import { randomBytes, randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { hideToken } from '../../packages/core/src/record/hide-token.ts';
import { recordCloses } from '../helpers/record-closes.ts';

/** Names of IANA's WebSocket Subprotocol Name Registry. */
const REGISTERED = `MBWS.huawei.com MBLWS.huawei.com soap wamp v10.stomp v11.stomp v12.stomp ocpp1.2 ocpp1.5 ocpp1.6
  ocpp2.0 ocpp2.0.1 ocpp2.1 rfb sip notificationchannel-netapi-rest.openmobilealliance.org wpcp amqp mqtt jsflow rwpcp
  xmpp ship mielecloudconnect v10.pcp.sap.com msrp v1.saltyrtc.org TLCP-2.0.0.lightstreamer.com bfcp sldp.softvelum.com
  opcua+uacp opcua+uajson v1.swindon-lattice+json v1.usp mles-websocket coap TLCP-2.1.0.lightstreamer.com
  sqlnet.oracle.com oneM2M.R2.0.json oneM2M.R2.0.xml oneM2M.R2.0.cbor transit 2016.serverpush.dash.mpeg.org
  2018.mmt.mpeg.org clue webrtc.softvelum.com cobra.v2.json drp hub.bsc.bacnet.org dc.bsc.bacnet.org jmap t140 done
  TLCP-2.2.0.lightstreamer.com collection-update text.ircv3.net binary.ircv3.net v3.penguin-stats.live+proto`;
/** Names that no registry has, of libraries and products. */
const KNOWN = `graphql-ws graphql-transport-ws graphql mqttv3.1 wamp.2.json wamp.2.msgpack.batched stomp
  actioncable-v1-json actioncable-unsupported vite-hmr vite-ping jsonrpc json-rpc-2.0 v5.channel.k8s.io
  base64.channel.k8s.io SPDY/3.1+portforward.k8s.io ocpp1.6j json.reliable.webpubsub.azure.v1 realtime guacamole
  janus-protocol lws-mirror-protocol echo-protocol v1.kernel.websocket.jupyter.org x-nucleo chatV2 GraphQL myApp
  access_token bearer api.2026-11-29`;

it.each([REGISTERED, KNOWN].flatMap((names) => names.split(/\s+/)))('leaves the name %s as it is', (name) => {
  expect(hideToken(name)).toBe(name);
});

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

it.each([
  [JWT, '…'],
  [`bearer.${JWT}`, 'bearer.…'],
  ['Bearer hunter', 'Bearer…'],
  ['base64url.bearer.authorization.k8s.io.aHVudGVyMg', 'base64url.bearer.authorization.k8s.io.…'],
  ['base64url.bearer.authorization.k8s.io.opensesame', 'base64url.bearer.authorization.k8s.io.…'],
  ['access_token, opensesame', 'access_token…'],
  ['access_token.opensesame', 'access_token.…'],
  ['oauth-hunter', 'oauth-…'],
  ['token1234', 'token…'],
  ['graphql-ws.7f3a9c21b4d8e6f0', '…'],
  ['7f3a9c21b4d8e6f0.token.x', '…'],
  ['f47ac10b-58cc-4372-a567-0e02b2c3d479', '…'],
  ['01ARZ3NDEKTSV4RRFFQ69G5FAV', '…'],
  ['V1StGXR8_Z5jdHi6B-myT', '…'],
  ['dXNlcjpwYXNzd29yZA==', '…'],
  ['4111-1111-1111-1111', '…'],
  ['123456', '…'],
  ['user:pass@host', '…'],
  ['two words', '…'],
  ['zqxjkvbpwfmtrhgsldcnyaue', '…'],
])('hides the token in %s', (subprotocol, shown) => {
  expect(hideToken(subprotocol)).toBe(shown);
});

it('takes no longer for a text of many short words', () => {
  // Each of these words fits in two ways. To try all of them together would never end.
  for (const word of ['a', 'M', 'url', 'aBcd', 'A1a', 'aurl']) {
    const text = `${`${word}-`.repeat(128).slice(0, 126)}!`;
    const start = performance.now();
    expect(hideToken(text)).toBe('…');
    expect(performance.now() - start).toBeLessThan(1000);
  }
});

it.each([
  ['a UUID', randomUUID],
  ['16 bytes as hex', () => randomBytes(16).toString('hex')],
  ['8 bytes as hex', () => randomBytes(8).toString('hex')],
  ['16 bytes as base64', () => randomBytes(16).toString('base64')],
  ['16 bytes as base64url', () => randomBytes(16).toString('base64url')],
  ['32 bytes as base64url, after a name', () => `chat.${randomBytes(32).toString('base64url')}`],
])('hides %s', (_what, make) => {
  // One of some 20,000 base64 texts of 22 characters reads like a name.
  const shown = Array.from({ length: 2000 }, () => hideToken(make())).filter((text) => text !== '…');
  expect(shown.length).toBeLessThan(20);
});

it('takes a bounded time for a long text', () => {
  const started = performance.now();
  for (const part of ['a', 'A', 'aA', 'Ab1', 'a-', '.', '1', 'token', 'auth.'])
    hideToken(part.repeat(20_000));
  expect(performance.now() - started).toBeLessThan(1000);
});

it('is what a close without `redactSubprotocol` gets', async () => {
  const { spans } = await recordCloses([
    { subprotocol: 'graphql-ws' },
    { subprotocol: `bearer.${JWT}` },
    { subprotocol: '' },
  ]);
  expect(spans.map(({ attributes }) => attributes['websocket.subprotocol'])).toEqual([
    'graphql-ws',
    'bearer.…',
    undefined,
  ]);
});
