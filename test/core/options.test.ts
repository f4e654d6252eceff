import type { WebSocketInstrumentation as BrowserInstrumentation } from '@closespan/browser';
import { AbnormalCloseSampler, type WebSocketOptions } from '@closespan/core';
import { instrumentWebSockets, WebSocketInstrumentation } from '@closespan/node';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { AlwaysOffSampler, type Sampler } from '@opentelemetry/sdk-trace-base';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';

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
    ['otlp', { url: 'http://localhost?token=1' }, 'got `{"url":"http://localhost?token=1"}` (object)'],
    // As from a file that ends with a line.
    ['otlp', { headers: { authorization: 'Bearer secret\n' } }, 'got `{}` (object)'],
    ['otlp', { headers: { 'no name': 'x' } }, 'got `{}` (object)'],
    // Headers may be secret.
    ['otlp', { headers: { authorization: 1 } }, 'got `{}` (object)'],
    ['tracerProvider', {}, 'an object with getTracer(), got `{}` (object)'],
    ['meterProvider', null, 'an object with getMeter(), got `null` (object)'],
    ['sampler', 'always', 'an object with shouldSample(), got `always` (string)'],
    ['ignoreUrls', '/health', 'an array of strings and RegExps, got `/health` (string)'],
    ['ignoreUrls', [1], 'got `[1]` (object)'],
    ['urlTemplate', '/x', 'Expected `urlTemplate` to be a function'],
    ['redactUrl', true, 'Expected `redactUrl` to be a function'],
    ['redactReason', true, 'Expected `redactReason` to be a function'],
    ['closeCodes', { x: {} }, '{ name, abnormal } by code'],
    ['closeCodes', { 4401: 'Unauthorized' }, '{ name, abnormal } by code'],
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
