import { type BrowserWebSocketOptions, instrumentWebSockets } from '@closespan/browser';
import { expect, it } from 'vitest';

const OTLP =
  'Expected `otlp` to be false or { url, headers, protocol, compression }: an http(s) address, strings, http/json or http/protobuf, gzip or none, got';

it.each<BrowserWebSocketOptions>([
  { otlp: false },
  { otlp: {} },
  { otlp: { protocol: 'http/protobuf' } },
  { otlp: { url: 'https://otlp.example.com/base', headers: { a: 'b' }, compression: 'gzip' } },
  { otlp: { url: undefined, protocol: undefined, compression: undefined } as never },
])('takes %j', (options) => {
  expect(() => instrumentWebSockets(options)).not.toThrow();
});

it.each([
  [{ otlp: true }, `${OTLP} \`true\` (boolean)`],
  [{ otlp: { protocol: 'grpc' } }, `${OTLP} \`{"protocol":"grpc"}\` (object)`],
  [{ otlp: { compression: 'br' } }, `${OTLP} \`{"compression":"br"}\` (object)`],
  [{ otlp: { url: 'ftp://example.com' } }, `${OTLP} \`{"url":"ftp://example.com"}\` (object)`],
  // `fetch` takes no user info.
  [
    { otlp: { url: 'https://user:secret@example.com' } },
    `${OTLP} \`{"url":"https://example.com"}\` (object)`,
  ],
  [{ otlp: { timeout: 5 } }, `${OTLP} \`{}\` (object)`],
  [{ otlp: { timeout: { x: 'y' } } }, `${OTLP} \`{}\` (object)`],
  [{ otlp: { constructor: 'x' } }, `${OTLP} \`{}\` (object)`],
  [{ serviceVersion: 7 }, 'Expected `serviceVersion` to be a string, got `7` (number)'],
  [
    { resourceAttributes: 'production' },
    'Expected `resourceAttributes` to be strings, numbers and booleans by name, got `production` (string)',
  ],
  [
    { resourceAttributes: { 'deployment.environment.name': ['production'] } },
    'Expected `resourceAttributes` to be strings, numbers and booleans by name, got `{}` (object)',
  ],
  [
    { resourceAttributes: { weight: Number.NaN } },
    'Expected `resourceAttributes` to be strings, numbers and booleans by name, got `{}` (object)',
  ],
  [{ messages: 'true' }, 'Expected `messages` to be a boolean, got `true` (string)'],
  [{ store: 'disk' }, 'Expected `store` to be indexeddb or memory, got `disk` (string)'],
  [{ metrics: 1 }, 'Expected `metrics` to be a boolean, got `1` (number)'],
  [{ carrier: 'query' }, 'Expected `carrier` to be an object with carry(), got `query` (string)'],
])('throws a TypeError for %j', (options, message) => {
  expect(() => instrumentWebSockets(options as never)).toThrow(new TypeError(message));
});
