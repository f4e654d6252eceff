import { createTracerProvider } from '@closespan/core/otlp';
import { NAME, VERSION } from '@closespan/core/platform';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let receiver: OtlpReceiver;
let provider: ReturnType<typeof createTracerProvider>;

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  provider = createTracerProvider({ otlp: { url: receiver.url }, isStored: true });
});
afterEach(async () => {
  await provider.shutdown();
  await receiver.close();
});

function end(...names: readonly string[]): void {
  const tracer = provider.getTracer(NAME, VERSION);
  for (const name of names) tracer.startSpan(name).end();
}

/** Names of the spans that the provider gives away, and their number as each body says it. */
function take(): { names: string[]; count: number } {
  const bodies = provider.takeUndelivered();
  const texts = bodies.map(({ bytes }) => new TextDecoder().decode(bytes));
  const names = texts.flatMap((text) =>
    [...text.matchAll(/"name":"(span-\d+)"/g)].map(([, name = '']) => name),
  );
  return { names, count: bodies.reduce((sum, body) => sum + body.count, 0) };
}

describe('a provider whose undelivered spans are stored', () => {
  it('gives away the spans that it holds back, and sends none of them', async () => {
    provider.hold(true);
    end('span-1', 'span-2');
    expect(take()).toEqual({ names: ['span-1', 'span-2'], count: 2 });
    provider.hold(false);
    await provider.forceFlush();
    expect(receiver.spans).toEqual([]);
  });

  it('gives away a span that has started and not ended', () => {
    provider.hold(true);
    provider.getTracer(NAME, VERSION).startSpan('span-1');
    expect(take().names).toEqual(['span-1']);
  });

  it('sends the spans that it held back once they need not be held', async () => {
    provider.hold(true);
    end('span-1');
    provider.hold(false);
    await provider.forceFlush();
    expect(receiver.spans.map(({ name }) => name)).toEqual(['span-1']);
    expect(take()).toEqual({ names: [], count: 0 });
  });

  it('sends no span that was taken from its batches', async () => {
    end('span-1');
    expect(take().names).toEqual(['span-1']);
    await provider.forceFlush();
    expect(receiver.spans).toEqual([]);
  });

  it('keeps the latest 16,384 spans', () => {
    provider.hold(true);
    end(...Array.from({ length: 16_386 }, (_, index) => `span-${index}`));
    const { names, count } = take();
    expect([names[0], names.at(-1), count]).toEqual(['span-2', 'span-16385', 16_384]);
  });
});
