import { instrumentWebSockets, type NodeWebSocketOptions, type WebSocketHandle } from '@closespan/node';
import { closeLine, type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import { expect, vi } from 'vitest';

/**
 * Runs a library under observation, and reads from a real receiver what became of its closes.
 * @param count how many closes the run makes; more than that are read, too
 * @returns one line a close, by path
 */
export async function recordLibrary(
  count: number,
  run: (handle: WebSocketHandle) => Promise<void>,
  options: NodeWebSocketOptions = {},
): Promise<string[]> {
  const receiver = await startOtlpReceiver();
  const handle = instrumentWebSockets({ otlp: { url: receiver.url }, ...options });
  try {
    await run(handle);
    // A library may be done before the sockets under it are.
    await vi
      .waitUntil(() => handle.forceFlush().then(() => closesOf(receiver).length >= count), {
        timeout: 10_000,
      })
      .catch(() => {});
    await handle.shutdown();
    const closes = closesOf(receiver);
    expectOneEach(closes);
    return closes.map(closeLine).sort();
  } finally {
    await handle.shutdown();
    await receiver.close();
  }
}

/** Spans of closes. A library that connects again also makes spans of outages. */
function closesOf({ spans }: OtlpReceiver): ReceivedSpan[] {
  return spans.filter(({ name }) => name.startsWith('websocket.close'));
}

/** A connection has one id, known to both ends, and one record at each end. */
function expectOneEach(spans: readonly ReceivedSpan[]): void {
  const ends = spans.map(({ kind, attributes }) => `${kind} ${attributes['websocket.connection.id']}`);
  expect(new Set(ends).size).toBe(ends.length);
  expect(JSON.stringify(spans)).not.toContain('secret');
}
