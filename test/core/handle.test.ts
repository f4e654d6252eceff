import { createRequire } from 'node:module';
import { instrumentWebSockets, WebSocketInstrumentation } from '@closespan/node';
import { afterEach, describe, expect, it } from 'vitest';

const commonJs: { instrumentWebSockets: typeof instrumentWebSockets } = createRequire(import.meta.url)(
  '@closespan/node',
);

afterEach(() => instrumentWebSockets().shutdown());

describe('a handle', () => {
  it('shows an app the members that are documented, and no others', () => {
    const members = ['forceFlush', 'instrumentServer', 'observe', 'shutdown'];
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
});
