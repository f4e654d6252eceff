import { createRequire } from 'node:module';
import { instrumentWebSockets, WebSocketInstrumentation } from '@closespan/node';
import { afterEach, describe, expect, it, vi } from 'vitest';

const commonJs: { instrumentWebSockets: typeof instrumentWebSockets } = createRequire(import.meta.url)(
  '@closespan/node',
);

afterEach(() => instrumentWebSockets().shutdown());

describe('a handle', () => {
  it('shows an app the members that are documented, and no others', () => {
    const members = [
      'connectionIdOf',
      'forceFlush',
      'instrumentServer',
      'note',
      'observe',
      'observeHandlers',
      'recordClose',
      'shutdown',
    ];
    expect(Reflect.ownKeys(instrumentWebSockets({ otlp: false })).sort()).toEqual(members);
  });

  it('is one for the ES module and the CommonJS copy of the package', () => {
    expect(commonJs.instrumentWebSockets).not.toBe(instrumentWebSockets);
    expect(commonJs.instrumentWebSockets()).toBe(instrumentWebSockets({ otlp: false }));
  });

  it('belongs to an instrumentation that the other copy has enabled, and ends with it', async () => {
    const instrumentation = new WebSocketInstrumentation({ otlp: false, enabled: true });
    const handle = commonJs.instrumentWebSockets();
    expect(instrumentWebSockets()).toBe(handle);
    instrumentation.disable();
    expect(instrumentWebSockets({ otlp: false })).not.toBe(handle);
  });

  it.each([
    ['another shape', { handle: { shutdown: 1 } }],
    ['no handle', {}],
    ['a text', 'closespan'],
    ['a shape that throws', { handle: {}, isObserving: () => false, stop: 1 }],
  ])('of %s, as of another version, is not used', (_what, value) => {
    for (const key of ['closespan.running', 'closespan.running.1']) {
      Object.defineProperty(globalThis, Symbol.for(key), { value, configurable: true, writable: true });
    }
    const handle = instrumentWebSockets({ otlp: false });
    expect(Reflect.ownKeys(handle)).toContain('instrumentServer');
    expect(instrumentWebSockets()).toBe(handle);
    Reflect.deleteProperty(globalThis, Symbol.for('closespan.running'));
  });

  it('that is stopped observes nothing more', async () => {
    const handle = instrumentWebSockets({ otlp: false });
    await handle.shutdown();
    const socket = { url: '', readyState: 0, addEventListener: vi.fn(), removeEventListener() {} };
    handle.observe(socket);
    expect(socket.addEventListener).not.toHaveBeenCalled();
  });
});
