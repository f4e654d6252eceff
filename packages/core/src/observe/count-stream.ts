import { now } from '../record/connection.ts';
import { messageSize } from './message-size.ts';
import type { MessageTraffic } from './message-traffic.ts';

/** Messages of a `WebSocketStream`, as its promise `opened` resolves to them (WebSocketStream API § opened). */
interface Streams {
  readable: ReadableStream<unknown>;
  writable: WritableStream<unknown>;
}

/** A socket object that stands for a `WebSocketStream`. Absent on the sockets of a `WebSocket`. */
export interface StreamLike {
  /** Promise of the stream, with the object that the app receives, too. */
  readonly opened?: Promise<Streams>;
}

/**
 * Counts the messages of a `WebSocketStream`: received ones when the app reads them, sent ones when the stream takes
 * them. For this, streams that count take the place of `readable` and `writable` before the app receives the two.
 * @returns `false` if the object stands for no stream
 */
export function countStream({ opened }: StreamLike, traffic: MessageTraffic): boolean {
  opened?.then(
    (streams) => {
      streams.readable = countReads(streams.readable, traffic);
      streams.writable = countWrites(streams.writable, traffic);
    },
    // The rejection is the app's.
    () => {},
  );
  return opened !== undefined;
}

function countReads(readable: ReadableStream<unknown>, traffic: MessageTraffic): ReadableStream<unknown> {
  const reader = readable.getReader();
  let isReading = false;
  let isClosed = false;
  return new ReadableStream(
    {
      start(controller) {
        reader.closed.then(
          () => {
            isClosed = true;
            // The last message may be on its way to the app.
            if (!isReading) controller.close();
          },
          (error) => controller.error(error),
        );
      },
      async pull(controller) {
        isReading = true;
        const { done, value } = await reader.read();
        if (!done) {
          traffic.noteReceived(messageSize(value) ?? 0, now());
          controller.enqueue(value);
        }
        isReading = false;
        if (isClosed) controller.close();
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // Reads no message before the app does: the browser's buffer is what slows the peer down.
    { highWaterMark: 0 },
  );
}

function countWrites(writable: WritableStream<unknown>, traffic: MessageTraffic): WritableStream<unknown> {
  const writer = writable.getWriter();
  return new WritableStream(
    {
      start(controller) {
        writer.closed.catch((error) => controller.error(error));
      },
      async write(chunk) {
        await writer.write(chunk);
        traffic.noteSent(messageSize(chunk) ?? 0);
      },
      close: () => writer.close(),
      abort: (reason) => writer.abort(reason),
    },
    { highWaterMark: writer.desiredSize ?? 1 },
  );
}
