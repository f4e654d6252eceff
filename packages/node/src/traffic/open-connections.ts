import { now } from '@closespan/core/platform';
import type { Attributes } from '@opentelemetry/api';
import type { OpenWalk, VisitOpen } from '../connection/open-walk.ts';
import { BLOCK_BITS, BLOCK_SIZE, type ConnectionBlock, createBlock, visitBlock } from './connection-block.ts';
import { type CountedStream, receivedBy } from './counted-stream.ts';
import { createListWalk } from './list-walk.ts';
import type { OwnerReader, Placed } from './owner-reader.ts';
import type { Sweep } from './sweep.ts';
import { trafficAttributes } from './traffic-attributes.ts';
import {
  copyRow,
  freezeRow,
  freezeSent,
  ROW_LENGTH,
  receivedAtOf,
  startRow,
  thawRow,
  trafficOfRow,
  visitRow,
} from './traffic-row.ts';

/**
 * A list of the open connections of one library, with the traffic of each. Iteration runs over a copy.
 * @typeParam Owner object that the list holds, from which stream and connection can be found
 */
export interface OpenConnections<Owner> extends Iterable<Owner>, OpenWalk {
  /**
   * Adds a connection that opens.
   * @param head number of bytes after the handshake that the stream has received already
   */
  add(owner: Owner, connection: Placed, stream: CountedStream | null, head: number): void;
  delete(connection: Placed): void;
  /** Notes that this end begins to close: bytes that it sends from now on are no sign of life. */
  noteClosing(connection: Placed): void;
  /** Takes back that an end has begun to close, since the connection stays open. */
  noteStillOpen(connection: Placed): void;
  /**
   * Notes that the peer's Close frame has arrived: bytes from now on are no sign of life.
   * @param size number of bytes of the frame
   */
  noteCloseFrame(connection: Placed, size: number): void;
  /**
   * Returns attributes of the traffic of a connection that ends now; `undefined` if its stream does not count bytes, or
   * if it is in no list.
   */
  attributesAtEnd(connection: Placed): Attributes | undefined;
}

/**
 * Makes a list of open connections, which a sweep visits. An entry takes 26 bytes. A `Set` and an object would take ten
 * times as much.
 */
export function createOpenConnections<Owner>(
  sweep: Sweep,
  { placedOf, connectionOf, streamOf, factsOf, isPingOverdue }: OwnerReader<Owner>,
): OpenConnections<Owner> {
  const blocks: ConnectionBlock<Owner>[] = [];
  let size = 0;

  function blockOf(place: number): ConnectionBlock<Owner> | undefined {
    return blocks[place >> BLOCK_BITS];
  }

  function visit(place: number, ignored?: number): Located<Owner> | undefined {
    const block = blockOf(place);
    const owner = block?.owners[place % BLOCK_SIZE];
    const stream = owner && streamOf(owner);
    if (!block || !owner || !stream) return undefined;
    const at = (place % BLOCK_SIZE) * ROW_LENGTH;
    const time = now();
    visitRow(block.rows, at, stream, time - Math.min(time - block.visitedAt, sweep.period()) / 2, ignored);
    return { rows: block.rows, at, stream, time, owner };
  }

  function addBlock(): ConnectionBlock<Owner> {
    const block = createBlock<Owner>(now());
    blocks.push(block);
    return block;
  }

  function move(from: number, to: number): void {
    const source = blockOf(from);
    const target = blockOf(to);
    // Each block has a time of its last visit, on which the times of its rows depend.
    if (source !== target) visit(from);
    const owner = source?.owners[from % BLOCK_SIZE];
    if (!source || !target || !owner) return;
    target.owners[to % BLOCK_SIZE] = owner;
    copyRow(source.rows, (from % BLOCK_SIZE) * ROW_LENGTH, target.rows, (to % BLOCK_SIZE) * ROW_LENGTH);
    target.groups[to % BLOCK_SIZE] = source.groups[from % BLOCK_SIZE] ?? 0;
    const moved = placedOf(owner);
    if (moved) moved.place = to;
  }

  function visitAt(place: number, visitOpen: VisitOpen): void {
    const block = blockOf(place);
    const owner = block?.owners[place % BLOCK_SIZE];
    const connection = owner && connectionOf(owner);
    if (!block || !owner || !connection) return;
    const index = place % BLOCK_SIZE;
    const isCounted = receivedBy(streamOf(owner) ?? {}) !== undefined;
    const receivedAt = isCounted ? receivedAtOf(block.rows, index * ROW_LENGTH) : undefined;
    const group = block.groups[index] ?? 0;
    block.groups[index] = visitOpen(connection, group, owner, factsOf, receivedAt, isPingOverdue);
  }

  const walks = createListWalk(() => size, visitAt);

  sweep.add({
    blockCount: () => (size + BLOCK_SIZE - 1) >> BLOCK_BITS,
    visitBlock(index, readUntil, time) {
      const block = blocks[index];
      const count = Math.min(BLOCK_SIZE, size - index * BLOCK_SIZE);
      if (block) visitBlock(block, count, streamOf, readUntil, time);
    },
  });

  return {
    add(owner, connection, stream, head) {
      const place = size++;
      const block = blockOf(place) ?? addBlock();
      block.owners[place % BLOCK_SIZE] = owner;
      block.groups[place % BLOCK_SIZE] = 0;
      startRow(block.rows, (place % BLOCK_SIZE) * ROW_LENGTH, stream ?? {}, head, now());
      connection.place = place;
      sweep.start();
    },
    delete(connection) {
      const { place } = connection;
      if (place === undefined) return;
      connection.place = undefined;
      const last = size - 1;
      // The last connection moves to the free index.
      if (place !== last) move(last, place);
      size = last;
      const block = blockOf(last);
      if (block) block.owners[last % BLOCK_SIZE] = undefined;
      if (place !== last) walks.noteMove(place);
      // One empty block stays, for the next connection.
      blocks.length = Math.min(blocks.length, (size >> BLOCK_BITS) + 2);
    },
    noteClosing({ place }) {
      const located = place === undefined ? undefined : visit(place);
      if (located) freezeSent(located.rows, located.at);
    },
    noteStillOpen({ place }) {
      const located = place === undefined ? undefined : visit(place);
      if (located) thawRow(located.rows, located.at, located.stream);
    },
    noteCloseFrame({ place }, frameSize) {
      const located = place === undefined ? undefined : visit(place, frameSize);
      if (located) freezeRow(located.rows, located.at);
    },
    attributesAtEnd({ place }) {
      const located = place === undefined ? undefined : visit(place);
      if (!located) return undefined;
      const { rows, at, stream, time, owner } = located;
      // Of a connection from before observation began, nobody knows how many bytes the handshake had.
      if (Number.isNaN(connectionOf(owner)?.openedAt)) return undefined;
      return trafficAttributes(trafficOfRow(rows, at, stream), time, sweep.stallBefore(time));
    },
    walk: walks.start,
    *[Symbol.iterator]() {
      for (const owner of blocks.flatMap(({ owners }) => owners)) if (owner) yield owner;
    },
  };
}

/** Row and stream of a connection that was visited. */
interface Located<Owner> {
  readonly owner: Owner;
  readonly rows: Uint32Array;
  readonly at: number;
  readonly stream: CountedStream;
  readonly time: number;
}
