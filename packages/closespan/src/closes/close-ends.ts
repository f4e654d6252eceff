import { ATTR_WEBSOCKET_CONNECTION_ID } from '@closespan/core';
import type { ReceivedClose } from './received-close.ts';

/** Closes by connection and end. */
export interface CloseEnds {
  add(close: ReceivedClose): void;
  remove(close: ReceivedClose): void;
  /** Returns the newest close of the other end of a connection. `undefined` if none has arrived. */
  otherEnd(close: ReceivedClose): ReceivedClose | undefined;
}

/** OTLP's numbers of the span kinds of both ends: server and client. */
const OTHER_KIND: Readonly<Record<number, number>> = { 2: 3, 3: 2 };

export function createCloseEnds(): CloseEnds {
  const ends = new Map<string, ReceivedClose>();
  return {
    add(close) {
      const key = keyOf(close, close.span.kind);
      if (key !== undefined) ends.set(key, close);
    },
    remove(close) {
      const key = keyOf(close, close.span.kind);
      if (key !== undefined && ends.get(key) === close) ends.delete(key);
    },
    otherEnd(close) {
      const key = keyOf(close, OTHER_KIND[close.span.kind]);
      return key === undefined ? undefined : ends.get(key);
    },
  };
}

function keyOf({ span }: ReceivedClose, kind: number | undefined): string | undefined {
  const id = span.attributes[ATTR_WEBSOCKET_CONNECTION_ID];
  return typeof id === 'string' && id !== '' && kind !== undefined ? `${kind} ${id}` : undefined;
}
