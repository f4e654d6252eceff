import type { WebSocketInstrumentation as BrowserInstrumentation } from '@closespan/browser';
import { AbnormalCloseSampler, type WebSocketOptions } from '@closespan/core';
import { instrumentWebSockets, WebSocketInstrumentation } from '@closespan/node';
import { startOtlpReceiver } from '@closespan/testing';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { AlwaysOffSampler, type Sampler } from '@opentelemetry/sdk-trace-base';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { connectAndClose, startWsServer } from '../helpers/start-ws-server.ts';

describe('options', () => {
  it.each<[string, unknown, string]>([
    ['serviceName', 5, 'Expected `serviceName` to be a string, got `5` (number)'],
    [
      'otlp',
      true,
      'Expected `otlp` to be false or { url, headers }: an http(s) address without query, and what HTTP takes for headers, got `true` (boolean)',
    ],
    ['otlp', { url: 'localhost:4318' }, 'got `{"url":"localhost:4318"}` (object)'],
    ['otlp', { url: new URL('http://localhost:4318') }, 'got `{"url":"http://localhost:4318/"}` (object)'],
    ['otlp', { url: 'http://bad host' }, 'got `{"url":"http://bad host"}` (object)'],
    ['otlp', { url: 'http://localhost:99999' }, 'got `{"url":"http://localhost:99999"}` (object)'],
    // Secrets are cut.
    ['otlp', { url: 'http://localhost?token=1' }, 'got `{"url":"http://localhost"}` (object)'],
    ['otlp', { url: 'ftp://me:pa?ss@w@localhost/a#b' }, 'got `{"url":"ftp://localhost/a"}` (object)'],
    ['otlp', { url: new URL('http://me:secret@localhost/?a') }, 'got `{"url":"http://localhost/"}` (object)'],
    ['otlp', { url: 'me:secret@localhost:4318' }, 'got `{"url":"localhost:4318"}` (object)'],
    ['otlp', 'http://me:secret@localhost?token=1', 'got `http://localhost` (string)'],
    ['ignoreUrls', ['wss://me:secret@localhost?token=1', 1], 'got `["wss://localhost",1]` (object)'],
    ['otlp', { constructor: 1 }, 'got `{}` (object)'],
    // As from a file that ends with a line.
    ['otlp', { headers: { authorization: 'Bearer secret\n' } }, 'got `{}` (object)'],
    ['otlp', { headers: { 'no name': 'x' } }, 'got `{}` (object)'],
    // Headers may be secret.
    ['otlp', { headers: { authorization: 1 } }, 'got `{}` (object)'],
    ['otlp', { headers: new Headers({ authorization: 'secret' }) }, 'got `{}` (object)'],
    ['otlp', { headers: new Map([['authorization', 'secret']]) }, 'got `{}` (object)'],
    ['otlp', { headers: ['authorization: secret'] }, 'got `{}` (object)'],
    ['tracerProvider', {}, 'an object with getTracer(), got `{}` (object)'],
    ['meterProvider', null, 'an object with getMeter(), got `null` (object)'],
    ['sampler', 'always', 'an object with shouldSample(), got `always` (string)'],
    ['ignoreUrls', '/health', 'an array of strings and RegExps, got `/health` (string)'],
    ['ignoreUrls', [1], 'got `[1]` (object)'],
    ['urlTemplate', '/x', 'Expected `urlTemplate` to be a function'],
    ['redactUrl', true, 'Expected `redactUrl` to be a function'],
    ['redactReason', true, 'Expected `redactReason` to be a function'],
    ['redactSubprotocol', ['chat'], 'Expected `redactSubprotocol` to be a function'],
    ['closeCodes', { x: {} }, '{ name, abnormal } by code'],
    ['closeCodes', { 4401: 'Unauthorized' }, '{ name, abnormal } by code'],
    ['presets', 'graphqlWs', 'Expected `presets` to be an array of presets'],
    ['presets', [{ closeCodes: {} }], 'Expected `presets` to be an array of presets'],
    ['presets', [null], 'Expected `presets` to be an array of presets'],
    ['isAbnormal', 1, 'Expected `isAbnormal` to be a function'],
    ['spanTiming', 'open', 'Expected `spanTiming` to be close or lifetime, got `open` (string)'],
    ['parent', true, 'Expected `parent` to be none or creation, got `true` (boolean)'],
    ['closeHook', {}, 'Expected `closeHook` to be a function'],
  ])('throw a TypeError for a wrong %s: %j', (name, value, message) => {
    for (const call of [instrumentWebSockets, (o: object) => new WebSocketInstrumentation(o)]) {
      expect(() => call({ [name]: value })).toThrow(TypeError);
      expect(() => call({ [name]: value })).toThrow(message);
    }
  });

  it('throw a TypeError when they are no object', () => {
    expect(() => instrumentWebSockets('chat' as WebSocketOptions)).toThrow(
      'Expected `options` to be an object, got `chat` (string)',
    );
  });

  it('may be undefined one by one, and an unknown one is named in a warning', async () => {
    const warn = vi.fn();
    diag.setLogger({ error() {}, warn, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
    const options = { sampler: undefined, otlp: false, sampleRate: 1 } as unknown as WebSocketOptions;
    await instrumentWebSockets(options).shutdown();
    diag.disable();
    expect(warn).toHaveBeenCalledExactlyOnceWith('closespan: option sampleRate is unknown and ignored');
  });
});

describe('options of an object that something else has touched', () => {
  it.each(['constructor', 'toString', '__proto__'])('may have an unknown one named %s', async (name) => {
    const warn = vi.fn();
    diag.setLogger({ error() {}, warn, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
    const options = Object.defineProperty({ otlp: false }, name, { value: 1, enumerable: true });
    await instrumentWebSockets(options as WebSocketOptions).shutdown();
    diag.disable();
    expect(warn).toHaveBeenCalledExactlyOnceWith(`closespan: option ${name} is unknown and ignored`);
  });

  it('are their own alone', async () => {
    const receiver = await startOtlpReceiver();
    const stranger = await startOtlpReceiver();
    const polluted: Record<string, unknown> = {
      otlp: { url: stranger.url },
      serviceName: 'stranger',
      4001: { name: 'Stranger' },
    };
    const prototype = Object.prototype as unknown as Record<string, unknown>;
    for (const [name, value] of Object.entries(polluted)) {
      Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
    }
    const server = await startWsServer();
    try {
      process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = receiver.url;
      for (const options of [{}, { otlp: {} }]) {
        const handle = instrumentWebSockets(options);
        await connectAndClose(server.url, (socket) => socket.close(4001));
        await server.idle();
        await handle.shutdown();
      }
    } finally {
      delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
      for (const name of Object.keys(polluted)) delete prototype[name];
      await Promise.all([server.close(), receiver.close(), stranger.close()]);
    }
    expect(stranger.spans).toEqual([]);
    const names = receiver.spans.map(({ attributes }) => attributes['websocket.close.name']);
    expect(names).toEqual(Array(4).fill('Private use'));
  });

  it('are read once', async () => {
    const meaning = { name: 'First', abnormal: false };
    const closeCodes = { 4001: meaning };
    const records: string[] = [];
    const handle = instrumentWebSockets({
      otlp: false,
      closeCodes,
      closeHook: ({ name }) => void records.push(name),
    });
    meaning.name = 'Changed';
    Object.defineProperty(closeCodes, 4001, {
      get() {
        throw new Error('read again');
      },
    });
    const server = await startWsServer();
    await connectAndClose(server.url, (socket) => socket.close(4001));
    await server.idle();
    await handle.shutdown();
    await server.close();
    expect(records).toEqual(['First', 'First']);
  });

  it('may match with an expression of any flags, one that throws', async () => {
    class Throwing extends RegExp {
      override [Symbol.search](): number {
        throw new Error('from an expression');
      }
    }
    const urls: string[] = [];
    const handle = instrumentWebSockets({
      otlp: false,
      ignoreUrls: [/health/g, /ws:.*ready/y, new Throwing('all')],
      closeHook: ({ endpoint }) => void urls.push(endpoint.path),
    });
    const server = await startWsServer();
    for (const path of ['/health', '/health', '/ready', '/ready', '/kept']) {
      await connectAndClose(server.url + path);
      await server.idle();
    }
    await handle.shutdown();
    await server.close();
    expect(urls).toEqual(['/kept', '/kept']);
  });
});

describe('AbnormalCloseSampler', () => {
  it('is a sampler, and the instrumentations are instrumentations', () => {
    expectTypeOf<AbnormalCloseSampler>().toExtend<Sampler>();
    expectTypeOf<WebSocketInstrumentation>().toExtend<Instrumentation>();
    expectTypeOf<BrowserInstrumentation>().toExtend<Instrumentation>();
    expect(`${new AbnormalCloseSampler(new AlwaysOffSampler())}`).toBe(
      'AbnormalCloseSampler{AlwaysOffSampler}',
    );
  });

  it('needs a base', () => {
    expect(() => new AbnormalCloseSampler(undefined as never)).toThrow(
      'Expected `base` to be a number from 0 to 1 or a sampler, got `undefined` (undefined)',
    );
  });
});
