import type { CloseStore, StoreEvent } from '../closes/close-store.ts';
import type { ReceivedClose, ReceivedOutage } from '../closes/received-close.ts';
import { carrierNote } from '../terminal/carrier-note.ts';
import { closeJson, jsonLine, outageJson } from '../terminal/close-json.ts';
import { closeLines, type LineOptions, type LinePlace } from '../terminal/close-lines.ts';
import { INDENT } from '../terminal/head-lines.ts';
import type { LineWriter } from '../terminal/line-writer.ts';
import { outageLines } from '../terminal/outage-lines.ts';
import { shownClose } from '../terminal/shown-close.ts';
import { wrapText } from '../terminal/wrap-text.ts';

/** Functions that print what arrives in a store. */
export interface ClosePrinter {
  readonly printClose: (close: ReceivedClose) => void;
  readonly printOutage: (outage: ReceivedOutage) => void;
}

/** Makes a printer of one line of JSON for each close and outage. */
export function jsonPrinter(store: Pick<CloseStore, 'otherEnd'>, out: LineWriter): ClosePrinter {
  return {
    printClose: (close) => out.write([jsonLine(closeJson(close, store.otherEnd(close)))]),
    printOutage: (outage) => out.write([jsonLine(outageJson(outage))]),
  };
}

/** Makes a printer of lines that people read. The second end of a connection names the first, or stands below it. */
export function textPrinter(
  store: Pick<CloseStore, 'otherEnd'>,
  out: Pick<LineWriter, 'write'>,
  options: () => LineOptions,
): ClosePrinter {
  const noteOf = carrierNote();
  const numbers = new WeakMap<ReceivedClose, number>();
  let connections = 0;
  let last: ReceivedClose | undefined;

  function placeOf(close: ReceivedClose, other: ReceivedClose | undefined): LinePlace {
    const known = other && numbers.get(other);
    const number = known ?? ++connections;
    numbers.set(close, number);
    if (!other) return { number };
    if (known === undefined) return { number, otherEnd: 'coming' };
    return { number, otherEnd: other === last ? 'above' : 'earlier' };
  }

  return {
    printClose(close) {
      const other = store.otherEnd(close);
      const place = placeOf(close, other);
      const { paint, width } = options();
      const note = noteOf(close, other);
      out.write([
        ...closeLines(close, { paint, width }, place),
        ...(note ? wrapText(note, width, INDENT).map((line) => paint('dim', line)) : []),
      ]);
      last = close;
    },
    printOutage({ span }) {
      out.write(outageLines(span, options()));
      last = undefined;
    },
  };
}

/**
 * Calls a function with what arrives in a store. What came in one export is passed on together, so that both ends of a
 * connection follow each other.
 * @returns stop, a function that ends the calls
 */
export function inBatches(store: CloseStore, pass: (events: readonly StoreEvent[]) => void): () => void {
  let waiting: StoreEvent[] = [];
  let isStopped = false;
  const stop = store.onEvent((event) => {
    waiting.push(event);
    if (waiting.length > 1) return;
    queueMicrotask(() => {
      const events = withOtherEnds(waiting, store);
      waiting = [];
      if (!isStopped) pass(events);
    });
  });
  return () => {
    isStopped = true;
    stop();
  };
}

/** Returns events in their order, but both ends of a connection one after the other, the client first. */
function withOtherEnds(events: readonly StoreEvent[], store: Pick<CloseStore, 'otherEnd'>): StoreEvent[] {
  const closes = new Map<ReceivedClose, StoreEvent>();
  for (const event of events) if (event.type === 'close') closes.set(event.close, event);
  const ordered = new Set<StoreEvent>();
  for (const event of events) {
    const other = event.type === 'close' ? store.otherEnd(event.close) : undefined;
    const ends = [event, other && closes.get(other)].filter((one) => one !== undefined);
    if (event.type === 'close' && shownClose(event.close.span).side === 'server') ends.reverse();
    for (const end of ends) ordered.add(end);
  }
  return [...ordered];
}
